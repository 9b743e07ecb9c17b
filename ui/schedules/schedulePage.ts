/** One schedule: what it moves and when, its pause, and the runs that it has started. */

import { useRef, useState } from 'preact/hooks';
import { html } from '../html.ts';
import { Badge } from '../parts/badge.ts';
import { Heading } from '../parts/heading.ts';
import { Refusal } from '../parts/refusal.ts';
import { Skeleton } from '../parts/skeleton.ts';
import { Unreachable } from '../parts/unreachable.ts';
import { pauseSchedule, readSchedule, type Schedule } from '../service/schedules.ts';
import { useSession } from '../service/session.ts';
import { useTask } from '../watch/useTask.ts';
import { useWatch } from '../watch/useWatch.ts';
import { standingOfSchedule } from '../words/scheduleWords.ts';
import { ScheduledRuns } from './scheduledRuns.ts';
import { ScheduleFacts } from './scheduleFacts.ts';

export function SchedulePage({ name }: { name: string }) {
  const session = useSession();
  const [schedule, setSchedule] = useState<Schedule>();
  const seen = useRef('');
  const task = useTask();
  const watch = useWatch(async (signal) => {
    const now = await readSchedule(session, name, signal);
    setSchedule(now);
    const isNews = seen.current !== JSON.stringify(now);
    seen.current = JSON.stringify(now);
    return isNews ? 'changed' : 'same';
  }, name);
  const isPaused = schedule?.paused_time != null;
  const onPause = () =>
    task.run(async () => {
      const after = await pauseSchedule(session, name, !isPaused);
      setSchedule((before) => before && { ...before, ...after });
    });
  return html`
    <article>
      <div class="title"><${Heading} title=${`Schedule ${name}`} />${schedule && html`<${Badge} ...${standingOfSchedule(schedule)} />`}</div>
      <${Refusal} refused=${watch.refused ?? task.refused} />
      <${Unreachable} nextTry=${watch.nextTry} />
      ${!schedule && !watch.refused && html`<${Skeleton} lines=${8} />`}
      ${
        schedule &&
        html`
        <div class="stack">
          ${isPaused && html`<p role="status">It starts nothing while it is paused. Times that pass meanwhile are not made up for.</p>`}
          <div class="actions">
            <button type="button" disabled=${task.busy} onClick=${onPause}>${isPaused ? 'Resume' : 'Pause'}</button>
          </div>
          <${ScheduleFacts} schedule=${schedule} />
          <${ScheduledRuns} name=${name} schedule=${schedule} />
        </div>`
      }
    </article>`;
}
