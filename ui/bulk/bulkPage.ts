/** One bulk run, updated until it ends. */

import { useRef, useState } from 'preact/hooks';
import type { BulkInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { Badge } from '../parts/badge.ts';
import { Heading } from '../parts/heading.ts';
import { Refusal } from '../parts/refusal.ts';
import { Segments } from '../parts/segments.ts';
import { Skeleton } from '../parts/skeleton.ts';
import { Unreachable } from '../parts/unreachable.ts';
import { filterBy } from '../route.ts';
import { readRun } from '../service/bulk.ts';
import { useSession } from '../service/session.ts';
import { useWatch } from '../watch/useWatch.ts';
import { etaOf, segmentsOf, sentenceOfRun, standingOfRun } from '../words/bulkWords.ts';
import { many } from '../words/format.ts';
import { BulkActions } from './bulkActions.ts';
import { BulkFacts } from './bulkFacts.ts';
import { BulkFailures } from './bulkFailures.ts';
import { BulkRows } from './bulkRows.ts';

export function BulkPage({ id, query }: { id: string; query: Record<string, string> }) {
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
      ${info && html`<${Body} id=${id} info=${info} isFailedOnly=${query.show === 'failed'} />`}
    </article>`;
}

function Body({ id, info, isFailedOnly }: { id: string; info: BulkInfo; isFailedOnly: boolean }) {
  const { failed, total, leases_revoked: leases } = info.progress;
  const note = [leases > 0 ? `${many(leases, 'lease')} removed` : '', etaOf(info)].filter(Boolean).join(', ');
  const onFilter = ({ currentTarget }: { currentTarget: HTMLInputElement }) =>
    filterBy(['bulk', id], { show: currentTarget.checked ? 'failed' : '' });
  const hasBoth = failed > 0 && failed < total;
  return html`
    <div class="stack">
      <${Segments} label="Moves by status" segments=${segmentsOf(info)} note=${note} />
      <${BulkActions} id=${id} info=${info} />
      <${BulkFacts} info=${info} />
      ${hasBoth && html`<label class="choice"><input type="checkbox" checked=${isFailedOnly} onChange=${onFilter} /> Failed only</label>`}
      ${failed > 0 && html`<${BulkFailures} id=${id} info=${info} />`}
      ${!(hasBoth && isFailedOnly) && html`<${BulkRows} id=${id} version=${JSON.stringify(info.progress)} />`}
    </div>`;
}
