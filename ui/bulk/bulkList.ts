/** The bulk runs that the namespace sees, newest first. */

import { useRef, useState } from 'preact/hooks';
import type { BulkInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { Badge } from '../parts/badge.ts';
import { Heading } from '../parts/heading.ts';
import { Refusal } from '../parts/refusal.ts';
import { Skeleton } from '../parts/skeleton.ts';
import { Ago } from '../parts/time.ts';
import { Unreachable } from '../parts/unreachable.ts';
import { linkTo } from '../route.ts';
import { listRuns } from '../service/bulk.ts';
import { useSession } from '../service/session.ts';
import { useKept } from '../watch/useKept.ts';
import { useTask } from '../watch/useTask.ts';
import { useWatch } from '../watch/useWatch.ts';
import { standingOfRun } from '../words/bulkWords.ts';
import { count, many } from '../words/format.ts';
import { requesterOf } from '../words/requester.ts';

const PAGE = 25;

/** What is shown, and whether older runs were added: then it is no longer updated. */
interface Shown {
  runs: [string, BulkInfo][];
  hasMore: boolean;
  isLong: boolean;
}

export function BulkList() {
  const session = useSession();
  const [shown, setShown] = useKept<Shown>('bulk', '');
  const { runs, hasMore = false } = shown ?? {};
  const [isLong, setLong] = useState(shown?.isLong ?? false);
  const seen = useRef('');
  const task = useTask();

  const watch = useWatch(async (signal) => {
    if (isLong) return 'over';
    const now = await listRuns(session, '', PAGE, signal);
    setShown({ runs: now, hasMore: now.length === PAGE, isLong: false });
    const isNews = seen.current !== JSON.stringify(now);
    seen.current = JSON.stringify(now);
    return isNews ? 'changed' : 'same';
  }, String(isLong));
  const onMore = () =>
    task.run(async () => {
      setLong(true);
      const more = await listRuns(session, runs?.at(-1)?.[0] ?? '', PAGE);
      setShown({ runs: [...(runs ?? []), ...more], hasMore: more.length === PAGE, isLong: true });
    });

  return html`
    <div>
      <div class="title">
        <${Heading} title="Bulk runs" />
        <a class="button main" href=${linkTo('bulk', 'new')}>Plan a bulk run</a>
      </div>
      <${Refusal} refused=${watch.refused ?? task.refused} />
      <${Unreachable} nextTry=${watch.nextTry} />
      <p role="status" class="summary">${runs && (runs.length === 0 ? 'No bulk runs yet.' : `${many(runs.length, 'run')}.`)}</p>
      ${!runs && !watch.refused && html`<${Skeleton} lines=${10} />`}
      ${runs && runs.length > 0 && html`<${Table} runs=${runs} />`}
      ${hasMore && html`<button type="button" disabled=${task.busy} onClick=${onMore}>Show older runs</button>`}
    </div>`;
}

function Table({ runs }: { runs: [string, BulkInfo][] }) {
  return html`
    <table class="list">
      <thead>
        <tr><th scope="col">Status</th><th scope="col">Run</th><th scope="col">Requested by</th>
          <th scope="col">Started</th><th scope="col" class="number">Failed</th></tr>
      </thead>
      <tbody>${runs.map(([id, info]) => html`<${Row} key=${id} id=${id} info=${info} />`)}</tbody>
    </table>`;
}

function Row({ id, info }: { id: string; info: BulkInfo }) {
  const title = `${many(info.progress.total, 'move')}${info.undo_of ? ', undo of another run' : ''}`;
  return html`
    <tr>
      <td><${Badge} ...${standingOfRun(info)} /></td>
      <td class="widest"><div class="line">
        <a class="run" href=${linkTo('bulk', id)}>${title}</a>
        ${info.reason && html`<span class="hint rest" title=${info.reason}>${info.reason}</span>`}
      </div></td>
      <td><span class="label">by </span>${requesterOf(info.requested_by)}</td>
      <td><span class="label">started </span><${Ago} at=${info.created_time} /></td>
      <td class="number"><span class="label">failed </span>${count(info.progress.failed)}</td>
    </tr>`;
}
