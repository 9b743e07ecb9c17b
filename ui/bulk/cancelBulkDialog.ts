/** Asks whether to cancel a bulk run. */

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
    <${ReasonDialog} title="Cancel this run?" yes="Cancel the run" no="Keep it running" onYes=${onYes} onClose=${onClose}>
      <p>No further move starts. Finished moves stay; you can undo the run afterwards.</p>
    <//>`;
}
