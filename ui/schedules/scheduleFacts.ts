/** When a schedule runs, what it moves, and with which rights. */

import { html } from '../html.ts';
import { Facts } from '../parts/facts.ts';
import { Time } from '../parts/time.ts';
import type { Schedule } from '../service/schedules.ts';
import { useNow } from '../watch/useNow.ts';
import { namespaceName } from '../words/format.ts';
import { requesterIn } from '../words/requester.ts';
import { nextInWords } from '../words/scheduleWords.ts';

export function ScheduleFacts({ schedule }: { schedule: Schedule }) {
  const now = useNow(schedule.next_time !== null);
  const {
    rules,
    moves,
    csv,
    next_time: next,
    start_time: start,
    policies,
    policies_namespace: home,
  } = schedule;
  return html`
    <div class="stack">
      <${Facts}
        facts=${[
          [
            'Next run',
            html`<span>${nextInWords(schedule, now)}${next && html` <span class="hint"><${Time} at=${next} /></span>`}</span>`,
          ],
          [
            'Times',
            html`<span><code>${schedule.schedule}</code> <span class="hint">${schedule.timezone}</span></span>`,
          ],
          start && ['Begins', html`<${Time} at=${start} />`],
          ['Ends', html`<${Time} at=${schedule.end_time} />`],
          schedule.reason && ['Reason', schedule.reason],
          schedule.atomic && ['All or nothing', 'yes'],
          ['Made by', requesterIn(schedule.requested_by)],
          policies.length > 0 && ['Policies', `${policies.join(', ')} of ${namespaceName(home)}`],
        ].map((fact) => fact || undefined)}
      />
      <section>
        <h2>${rules ? 'Rules' : 'Moves'}</h2>
        ${csv ? html`<pre tabindex="0">${csv}</pre>` : html`<${Pairs} pairs=${rules ?? moves ?? []} />`}
      </section>
    </div>`;
}

/** As they were sent: relative to the namespace, and with the wildcards of rules. */
function Pairs({ pairs }: { pairs: { from: string; to: string }[] }) {
  return html`
    <ul class="pairs">
      ${pairs.map(({ from, to }) => html`<li key=${from}><code>${from}</code> <span class="to">to</span> <code>${to}</code></li>`)}
    </ul>`;
}
