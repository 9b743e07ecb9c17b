/** Shows what an undo of a move would do, and asks for confirmation. */

import { useEffect, useState } from 'preact/hooks';
import { html } from '../html.ts';
import { PlanView } from '../move/planView.ts';
import { ReasonDialog } from '../parts/reasonDialog.ts';
import { Refusal } from '../parts/refusal.ts';
import { goTo, linkTo } from '../route.ts';
import { type MovePlan, planUndo, undoMigration } from '../service/migrations.ts';
import { newKey } from '../service/request.ts';
import { useSession } from '../service/session.ts';
import { useTask } from '../watch/useTask.ts';

export interface UndoProps {
  id: string;
  onClose: () => void;
}

export function UndoDialog({ id, onClose }: UndoProps) {
  const session = useSession();
  const [plan, setPlan] = useState<MovePlan>();
  const [key] = useState(newKey);
  const planning = useTask();

  useEffect(() => {
    void planning.run(async () => setPlan(await planUndo(session, id)));
  }, []);

  const onYes = async (reason: string) => {
    const back = await undoMigration(session, id, reason, key);
    onClose();
    goTo('migrations', back);
  };
  const known = plan?.migration_id;
  return html`
    <${ReasonDialog}
      title="Undo this move?" yes="Undo the move" no="Close"
      canSay=${plan !== undefined && known === undefined} onYes=${onYes} onClose=${onClose}
    >
      <p>The mount goes back to its old path. Revoked leases stay revoked.</p>
      ${planning.busy && html`<p role="status">Planning the undo…</p>`}
      <${Refusal} refused=${planning.refused} />
      ${plan && known === undefined && html`<${PlanView} plan=${plan} />`}
      ${known !== undefined && html`<p>This move was already undone. <a href=${linkTo('migrations', known)} onClick=${onClose}>See the undo</a>.</p>`}
    <//>`;
}
