/** One migration, updated until it ends. */

import { useRef, useState } from 'preact/hooks';
import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { OldPath } from '../aliases/oldPath.ts';
import { html } from '../html.ts';
import { Badge } from '../parts/badge.ts';
import { Heading } from '../parts/heading.ts';
import { MountPath } from '../parts/mountPath.ts';
import { Refusal } from '../parts/refusal.ts';
import { Sentence } from '../parts/sentence.ts';
import { Skeleton } from '../parts/skeleton.ts';
import { Unreachable } from '../parts/unreachable.ts';
import { type Migration, readMigration } from '../service/migrations.ts';
import { useSession } from '../service/session.ts';
import { findUndo } from '../service/undos.ts';
import { type Answer, useAnswer } from '../watch/useAnswer.ts';
import { useWatch } from '../watch/useWatch.ts';
import { isAnswering } from '../words/aliasWords.ts';
import { canUndo, sentenceOf, sentenceOfUndone, standingOf } from '../words/migrationWords.ts';
import { endsOf } from '../words/paths.ts';
import { IrrevocableLeases } from './irrevocableLeases.ts';
import { LeaseProgress } from './leaseProgress.ts';
import { MigrationActions } from './migrationActions.ts';
import { MigrationFacts } from './migrationFacts.ts';
import { MigrationFailure } from './migrationFailure.ts';
import { Timeline } from './timeline.ts';

export function MigrationPage({ id }: { id: string }) {
  const session = useSession();
  const [info, setInfo] = useState<MigrationInfo>();
  const [round, setRound] = useState(0);
  const etag = useRef<string | undefined>(undefined);

  const watch = useWatch(async (signal) => {
    const news = await readMigration(session, id, { seen: etag.current, signal });
    if (!news) return 'same';
    etag.current = news.etag;
    setInfo(news.info);
    return news.info.phase === 'done' ? 'over' : 'changed';
  }, `${id} ${round}`);
  const undo = useAnswer(
    async (signal) => info && findUndo(session, id, info, signal),
    info && canUndo(info) ? `${id} ${info.phase}` : undefined,
  );
  const readAgain = () => {
    etag.current = undefined;
    setRound(round + 1);
  };

  const text = info && (undo.value ? sentenceOfUndone(info, undo.value.info) : sentenceOf(info));
  return html`
    <article>
      <${Title} info=${info} />
      <p class="hint"><code>${id}</code></p>
      <${Refusal} refused=${watch.refused} />
      <p role="status" class="sentence">${info && html`<${Sentence} text=${text} ends=${Object.values(endsOf(info))} />`}</p>
      <${Unreachable} nextTry=${watch.nextTry} />
      ${!info && !watch.refused && html`<${Skeleton} lines=${8} />`}
      ${info && html`<${Body} id=${id} info=${info} undo=${undo} onChanged=${readAgain} />`}
    </article>`;
}

/** The title; a general one until the first answer. */
function Title({ info }: { info: MigrationInfo | undefined }) {
  if (!info) return html`<div class="title"><${Heading} title="Migration" /></div>`;
  const { source_mount: source, target_mount: target } = info;
  const ends = endsOf(info);
  return html`
    <div class="title">
      <${Heading} title=${`${source} to ${target}`}>
        <${MountPath} ...${ends.source} /> <span class="to">to</span> <${MountPath} ...${ends.target} />
      <//>
      <${Badge} ...${standingOf(info)} />
    </div>`;
}

interface BodyProps {
  id: string;
  info: MigrationInfo;
  undo: Answer<Migration | undefined>;
  onChanged: () => void;
}

function Body({ id, info, undo, onChanged }: BodyProps) {
  const { namespace } = useSession();
  const { source } = endsOf(info);
  // One outside the namespace of the session cannot be read.
  const hasOldPath = isAnswering(info) && source.namespace.startsWith(namespace);
  return html`
    <div class="stack">
      ${info.error && html`<${MigrationFailure} error=${info.error} />`}
      <${Timeline} info=${info} />
      <${LeaseProgress} info=${info} />
      ${info.progress.leases_irrevocable > 0 && html`<${IrrevocableLeases} id=${id} onChanged=${onChanged} />`}
      <${MigrationActions} id=${id} info=${info} undo=${undo} onChanged=${onChanged} />
      ${hasOldPath && html`<${OldPath} id=${id} place=${source} onChanged=${onChanged} />`}
      <${MigrationFacts} info=${info} hasOldPath=${hasOldPath} />
    </div>`;
}
