/** The history of a schedule: the runs that it has started, and why the latest time had none. */

import { BulkTable } from '../bulk/bulkTable.ts';
import { html } from '../html.ts';
import { Refusal } from '../parts/refusal.ts';
import { Time } from '../parts/time.ts';
import { linkTo } from '../route.ts';
import { listRunsOfSchedule, type Schedule } from '../service/schedules.ts';
import { useSession } from '../service/session.ts';
import { useAnswer } from '../watch/useAnswer.ts';
import { lastInWords } from '../words/scheduleWords.ts';

export function ScheduledRuns({ name, schedule }: { name: string; schedule: Schedule }) {
  const session = useSession();
  const { last_run: last, last_skipped: skipped } = schedule;
  const runs = useAnswer((signal) => listRunsOfSchedule(session, name, signal), JSON.stringify([name, last]));
  return html`
    <section>
      <h2>Runs</h2>
      ${last && !last.bulk_id && html`<p>The run of <${Time} at=${last.planned_time} /> ${lastInWords(schedule)}. ${last.error && html`<span class="said">${last.error}</span>`}</p>`}
      ${skipped && html`<p>The run of <${Time} at=${skipped.planned_time} /> was left out, because <a href=${linkTo('bulk', skipped.bulk_id)}>the one before</a> was still in progress.</p>`}
      <${Refusal} refused=${runs.refused} />
      ${runs.value && (runs.value.length > 0 ? html`<${BulkTable} runs=${runs.value} />` : html`<p>None among the latest bulk runs of this namespace.</p>`)}
    </section>`;
}
