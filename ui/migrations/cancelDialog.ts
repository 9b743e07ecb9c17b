/** Asks whether to cancel a move. */

import { html } from '../html.ts';
import { ReasonDialog } from '../parts/reasonDialog.ts';
import { cancelMigration } from '../service/migrations.ts';
import { useSession } from '../service/session.ts';

export interface CancelProps {
  id: string;
  onClose: () => void;
  onCancelled: () => void;
}

export function CancelDialog({ id, onClose, onCancelled }: CancelProps) {
  const session = useSession();
  const onYes = async (reason: string) => {
    await cancelMigration(session, id, reason);
    onClose();
    onCancelled();
  };
  return html`
    <${ReasonDialog} title="Cancel this move?" yes="Cancel the move" no="Keep it running" onYes=${onYes} onClose=${onClose}>
      <p>The mount stays where it is. A move can be cancelled until the mount is switched.</p>
    <//>`;
}
