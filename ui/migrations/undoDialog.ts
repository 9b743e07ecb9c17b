/** Shows what an undo of a move would do, and asks for confirmation. */

import { useEffect, useState } from 'preact/hooks';
import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { PlanView } from '../move/planView.ts';
import { ReasonDialog } from '../parts/reasonDialog.ts';
import { Refusal } from '../parts/refusal.ts';
import { goTo } from '../route.ts';
import { type MovePlan, planMove, undoMigration } from '../service/migrations.ts';
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
      title="Undo this move?" yes="Undo the move" no="Close"
      canSay=${plan !== undefined} onYes=${onYes} onClose=${onClose}
    >
      <p>The mount goes back to its old path. Revoked leases stay revoked.</p>
      ${planning.busy && html`<p role="status">Planning the undo…</p>`}
      <${Refusal} refused=${planning.refused} />
      ${plan && html`<${PlanView} plan=${plan} />`}
    <//>`;
}
