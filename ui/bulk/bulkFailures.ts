/** The failed moves of a run, before all others: why each failed, and the way to plan them again. */

import type { BulkInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { MoveLink } from '../parts/mountPath.ts';
import { Refusal } from '../parts/refusal.ts';
import { goTo, linkTo } from '../route.ts';
import { listUnmoved } from '../service/bulk.ts';
import { listMigrations, type Migration } from '../service/migrations.ts';
import { useSession } from '../service/session.ts';
import { useAnswer } from '../watch/useAnswer.ts';
import { useTask } from '../watch/useTask.ts';
import { adviceOnMigration } from '../words/advice.ts';
import { count } from '../words/format.ts';
import { keepOrder } from './newBulk.ts';

/** Failed moves that are shown. */
const MOST = 200;

export function BulkFailures({ id, info }: { id: string; info: BulkInfo }) {
  const session = useSession();
  const task = useTask();
  const { failed, skipped } = info.progress;
  const query = { bulk_id: id, status: 'failure', since: info.created_time };
  const failures = useAnswer((signal) => listMigrations(session, query, MOST, signal), `${id} ${failed}`);
  const onAgain = () =>
    task.run(async () => {
      keepOrder(session, await listUnmoved(session, id), info.reason ?? '');
      goTo('bulk', 'new');
    });
  return html`
    <section>
      <div class="title">
        <h2>Failed moves</h2>
        ${
          info.phase === 'done' &&
          html`
          <button type="button" disabled=${task.busy} onClick=${onAgain}>
            ${skipped > 0 ? 'Plan the failed and skipped again' : 'Plan the failed again'}
          </button>`
        }
      </div>
      <${Refusal} refused=${failures.refused ?? task.refused} />
      <table class="list">
        <thead><tr><th scope="col">Move</th><th scope="col">Why it failed</th></tr></thead>
        <tbody>${failures.value?.map((migration) => html`<${Row} key=${migration.id} ...${migration} />`)}</tbody>
      </table>
      ${failed > MOST && html`<p class="hint">The latest ${MOST} of ${count(failed)}. The report has all of them.</p>`}
    </section>`;
}

function Row({ id, info }: Migration) {
  const { code = '', message = '' } = info.error ?? {};
  return html`
    <tr>
      <td class="widest"><div class="line"><${MoveLink} href=${linkTo('migrations', id)} move=${info} /></div></td>
      <td class="reason" title=${message}>${adviceOnMigration(code).what} <span class="said">${message}</span></td>
    </tr>`;
}
