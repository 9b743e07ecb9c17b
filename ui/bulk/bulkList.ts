/** The bulk runs that the namespace sees, newest first. */

import { useRef, useState } from 'preact/hooks';
import type { BulkInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { Heading } from '../parts/heading.ts';
import { Refusal } from '../parts/refusal.ts';
import { Skeleton } from '../parts/skeleton.ts';
import { Unreachable } from '../parts/unreachable.ts';
import { linkTo } from '../route.ts';
import { listRuns } from '../service/bulk.ts';
import { useSession } from '../service/session.ts';
import { useKept } from '../watch/useKept.ts';
import { useTask } from '../watch/useTask.ts';
import { useWatch } from '../watch/useWatch.ts';
import { many } from '../words/format.ts';
import { BulkTable } from './bulkTable.ts';

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
      ${runs && runs.length > 0 && html`<${BulkTable} runs=${runs} />`}
      ${hasMore && html`<button type="button" disabled=${task.busy} onClick=${onMore}>Show older runs</button>`}
    </div>`;
}
