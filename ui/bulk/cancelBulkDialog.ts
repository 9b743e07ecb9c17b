/** Asks whether a bulk run shall be cancelled. */

import { html } from '../html.ts';
import { ReasonDialog } from '../parts/reasonDialog.ts';
import { cancelBulk } from '../service/bulk.ts';
import { useSession } from '../service/session.ts';

export function CancelBulkDialog({ id, onClose }: { id: string; onClose: () => void }) {
  const session = useSession();
  const onYes = async (reason: string) => {
    await cancelBulk(session, id, reason);
    onClose();
  };
  return html`
    <${ReasonDialog} title="Cancel this run?" yes="Cancel the run" no="Let it go on" onYes=${onYes} onClose=${onClose}>
      <p>No further move is begun. What has been moved stays moved; you can undo it afterwards.</p>
    <//>`;
}
