/** The schedules of the namespace. */

import { useRef } from 'preact/hooks';
import type { ScheduleInfo } from '../../functions/schedules/answers.ts';
import { html } from '../html.ts';
import { Badge } from '../parts/badge.ts';
import { Heading } from '../parts/heading.ts';
import { Refusal } from '../parts/refusal.ts';
import { Skeleton } from '../parts/skeleton.ts';
import { Ago } from '../parts/time.ts';
import { Unreachable } from '../parts/unreachable.ts';
import { linkTo } from '../route.ts';
import { listSchedules } from '../service/schedules.ts';
import { useSession } from '../service/session.ts';
import { useKept } from '../watch/useKept.ts';
import { useNow } from '../watch/useNow.ts';
import { useWatch } from '../watch/useWatch.ts';
import { many } from '../words/format.ts';
import { lastInWords, nextInWords, standingOfSchedule } from '../words/scheduleWords.ts';

type Named = [name: string, info: ScheduleInfo];

export function ScheduleList() {
  const session = useSession();
  const [schedules, setSchedules] = useKept<Named[]>('schedules', '');
  const seen = useRef('');
  const watch = useWatch(async (signal) => {
    const now = await listSchedules(session, signal);
    setSchedules(now);
    const isNews = seen.current !== JSON.stringify(now);
    seen.current = JSON.stringify(now);
    return isNews ? 'changed' : 'same';
  }, 'schedules');
  return html`
    <div>
      <${Heading} title="Schedules" />
      <${Refusal} refused=${watch.refused} />
      <${Unreachable} nextTry=${watch.nextTry} />
      <p role="status" class="summary">${schedules && summaryOf(schedules)}</p>
      ${!schedules && !watch.refused && html`<${Skeleton} lines=${6} />`}
      ${schedules && schedules.length > 0 && html`<${Table} schedules=${schedules} />`}
    </div>`;
}

function summaryOf(schedules: Named[]): string {
  if (schedules.length > 0) return `${many(schedules.length, 'schedule')}.`;
  return 'No schedules yet. The command line or the API makes them: POST sys/remount/schedules/<name>.';
}

function Table({ schedules }: { schedules: Named[] }) {
  const now = useNow(true);
  return html`
    <table class="list">
      <thead>
        <tr><th scope="col">Status</th><th scope="col">Schedule</th><th scope="col">Times</th>
          <th scope="col">Next run</th><th scope="col">Last run</th></tr>
      </thead>
      <tbody>
        ${schedules.map(
          ([name, info]) => html`
          <tr key=${name}>
            <td><${Badge} ...${standingOfSchedule(info)} /></td>
            <td class="widest"><div class="line"><a class="run" href=${linkTo('schedules', name)}>${name}</a></div></td>
            <td><code>${info.schedule}</code> <span class="hint">${info.timezone}</span></td>
            <td><span class="label">next run </span>${nextInWords(info, now)}</td>
            <td><span class="label">last run </span><${LastRun} info=${info} /></td>
          </tr>`,
        )}
      </tbody>
    </table>`;
}

function LastRun({ info }: { info: ScheduleInfo }) {
  const { bulk_id: id, planned_time: at } = info.last_run ?? {};
  const words = lastInWords(info);
  return html`<span>${id ? html`<a href=${linkTo('bulk', id)}>${words}</a>` : words}${at && html` <${Ago} at=${at} />`}</span>`;
}
