/** Shows what an undo of a bulk run would do, and asks for confirmation. */

import { useEffect, useState } from 'preact/hooks';
import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { PolicyChanges } from '../move/policyChanges.ts';
import { ReasonDialog } from '../parts/reasonDialog.ts';
import { Refusal } from '../parts/refusal.ts';
import { Warnings } from '../parts/warnings.ts';
import { goTo } from '../route.ts';
import { planUndo, undoBulk } from '../service/bulk.ts';
import { newKey, type Warned } from '../service/request.ts';
import { useSession } from '../service/session.ts';
import { useTask } from '../watch/useTask.ts';
import { many } from '../words/format.ts';
import { BulkProblems } from './bulkProblems.ts';

export function UndoBulkDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const session = useSession();
  const [plan, setPlan] = useState<Warned<PlanInfo>>();
  const [key] = useState(newKey);
  const planning = useTask();

  useEffect(() => {
    void planning.run(async () => setPlan(await planUndo(session, id)));
  }, []);

  const onYes = async (reason: string) => {
    const back = await undoBulk(session, id, reason, key);
    onClose();
    goTo('bulk', back);
  };
  const isGood = plan !== undefined && plan.problems.length === 0;
  return html`
    <${ReasonDialog}
      title="Undo this run?" yes="Undo the run" no="Close" canSay=${isGood} onYes=${onYes} onClose=${onClose}
    >
      <p>The mounts that this run moved go back to their old paths. Revoked leases stay revoked.</p>
      ${planning.busy && html`<p role="status">Planning the undo…</p>`}
      <${Refusal} refused=${planning.refused} />
      ${isGood && html`<p><strong>${many(plan.total, 'mount')}</strong> would go back, in ${many(plan.transactions, 'transaction')}.</p>`}
      ${isGood && plan.policy_changes && html`<${PolicyChanges} ...${plan.policy_changes} cause="undo" />`}
      <${Warnings} warnings=${plan?.warnings ?? []} />
      ${plan && !isGood && html`<${BulkProblems} problems=${plan.problems} />`}
    <//>`;
}
