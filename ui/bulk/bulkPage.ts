/** One bulk run, updated until it ends. */

import { useRef, useState } from 'preact/hooks';
import type { BulkInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { Badge } from '../parts/badge.ts';
import { Bar } from '../parts/bar.ts';
import { Heading } from '../parts/heading.ts';
import { Refusal } from '../parts/refusal.ts';
import { Skeleton } from '../parts/skeleton.ts';
import { Unreachable } from '../parts/unreachable.ts';
import { readRun } from '../service/bulk.ts';
import { useSession } from '../service/session.ts';
import { useWatch } from '../watch/useWatch.ts';
import { etaOf, sentenceOfRun, shareOfRun, standingOfRun } from '../words/bulkWords.ts';
import { count, many } from '../words/format.ts';
import { BulkActions } from './bulkActions.ts';
import { BulkFacts } from './bulkFacts.ts';
import { BulkRows } from './bulkRows.ts';

export function BulkPage({ id }: { id: string }) {
  const session = useSession();
  const [info, setInfo] = useState<BulkInfo>();
  const etag = useRef<string | undefined>(undefined);

  const watch = useWatch(async (signal) => {
    const news = await readRun(session, id, { seen: etag.current, signal });
    if (!news) return 'same';
    etag.current = news.etag;
    setInfo(news.info);
    return news.info.phase === 'done' ? 'over' : 'changed';
  }, id);

  const title = info ? `Bulk run of ${many(info.progress.total, 'move')}` : 'Bulk run';
  return html`
    <article>
      <div class="title"><${Heading} title=${title} />${info && html`<${Badge} ...${standingOfRun(info)} />`}</div>
      <p class="hint"><code>${id}</code></p>
      <${Refusal} refused=${watch.refused} />
      <p role="status" class="sentence">${info && sentenceOfRun(info)}</p>
      <${Unreachable} nextTry=${watch.nextTry} />
      ${!info && !watch.refused && html`<${Skeleton} lines=${8} />`}
      ${info && html`<${Body} id=${id} info=${info} />`}
    </article>`;
}

function Body({ id, info }: { id: string; info: BulkInfo }) {
  const { succeeded, failed, in_progress: open, total } = info.progress;
  const figures = [
    `${count(succeeded)} of ${count(total)} done`,
    open > 0 ? `${count(open)} ${info.cluster ? 'being moved' : 'removing leases'}` : '',
    `${count(failed)} failed`,
    etaOf(info),
  ];
  return html`
    <div class="stack">
      <${Bar} label="Moves" share=${shareOfRun(info)} figures=${figures.filter(Boolean).join(', ')} />
      <${BulkActions} id=${id} info=${info} />
      <${BulkFacts} info=${info} />
      <${BulkRows} id=${id} version=${JSON.stringify(info.progress)} />
    </div>`;
}
