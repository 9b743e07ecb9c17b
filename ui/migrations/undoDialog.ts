/** Shows what taking a move back would do, and asks whether to. */

import { useEffect, useState } from 'preact/hooks';
import { html } from '../html.ts';
import { PlanView } from '../move/planView.ts';
import { ReasonDialog } from '../parts/reasonDialog.ts';
import { Refusal } from '../parts/refusal.ts';
import { goTo } from '../route.ts';
import { type MigrationInfo, type MovePlan, planMove, undoMigration } from '../service/migrations.ts';
import { newKey } from '../service/request.ts';
import { useSession } from '../service/session.ts';
import { useTask } from '../watch/useTask.ts';

export interface UndoProps {
  id: string;
  info: MigrationInfo;
  onClose: () => void;
}

export function UndoDialog({ id, info, onClose }: UndoProps) {
  const session = useSession();
  const [plan, setPlan] = useState<MovePlan>();
  const [key] = useState(newKey);
  const planning = useTask();

  useEffect(() => {
    const inside = (path: string) =>
      path.startsWith(session.namespace) ? path.slice(session.namespace.length) : path;
    const back = { from: inside(info.target_mount), to: inside(info.source_mount) };
    void planning.run(async () => setPlan(await planMove(session, back)));
  }, []);

  const onYes = async (reason: string) => {
    const back = await undoMigration(session, id, reason, key);
    onClose();
    goTo('migrations', back);
  };
  return html`
    <${ReasonDialog}
      title="Undo this move?" yes="Undo the move" no="Leave it"
      canSay=${plan !== undefined} onYes=${onYes} onClose=${onClose}
    >
      <p>The mount goes back to where it was. What the move has revoked stays revoked.</p>
      ${planning.busy && html`<p role="status">Looking at what the way back would do…</p>`}
      <${Refusal} refused=${planning.refused} />
      ${plan && html`<${PlanView} plan=${plan} />`}
    <//>`;
}
