/** The leases that could not be revoked where they were issued, with the reasons, and a retry. */

import { useEffect, useState } from 'preact/hooks';
import { html } from '../html.ts';
import { Refusal } from '../parts/refusal.ts';
import { type Irrevocable, listIrrevocable, retryIrrevocable } from '../service/migrations.ts';
import { useSession } from '../service/session.ts';
import { useTask } from '../watch/useTask.ts';
import { many } from '../words/format.ts';

export function IrrevocableLeases({ id, onChanged }: { id: string; onChanged: () => void }) {
  const session = useSession();
  const [leases, setLeases] = useState<Irrevocable>({ told: [], hidden: 0 });
  const [outcome, setOutcome] = useState('');
  const task = useTask();

  useEffect(() => {
    void task.run(async () => setLeases(await listIrrevocable(session, id)));
  }, [id]);

  const onRetry = () =>
    task.run(async () => {
      const { leases_revoked: revoked, leases_irrevocable: left } = await retryIrrevocable(session, id);
      setOutcome(`${many(revoked, 'lease')} revoked now, ${left} left.`);
      if (left > 0) setLeases(await listIrrevocable(session, id));
      onChanged();
    });
  return html`
    <section>
      <h2>Leases that could not be revoked</h2>
      <p>They are no longer valid here, but may be valid in the system that issued them. Revoke them there, then retry.</p>
      <ul class="leases">
        ${leases.told.map(({ leaseId, reason }) => html`<li><code>${leaseId}</code> <span>${reason}</span></li>`)}
      </ul>
      ${leases.hidden > 0 && html`<p>Not shown: ${many(leases.hidden, 'lease')}. Issued outside this namespace, or the token may not list the leases of the mount.</p>`}
      <${Refusal} refused=${task.refused} />
      <p role="status">${outcome}</p>
      <button type="button" disabled=${task.busy} onClick=${onRetry}>Retry</button>
    </section>`;
}
