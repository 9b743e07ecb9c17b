/** The actions on a bulk run that its status allows: cancel, undo once, download the report. */

import { useState } from 'preact/hooks';
import type { BulkInfo } from '../../functions/bulk/answers.ts';
import { html } from '../html.ts';
import { download } from '../parts/download.ts';
import { Refusal } from '../parts/refusal.ts';
import { UndoneBy } from '../parts/undoneBy.ts';
import { linkTo } from '../route.ts';
import { readReport } from '../service/bulk.ts';
import { useSession } from '../service/session.ts';
import { findUndoOfRun } from '../service/undos.ts';
import { useAnswer } from '../watch/useAnswer.ts';
import { useTask } from '../watch/useTask.ts';
import { isCancelling } from '../words/bulkWords.ts';
import { CancelBulkDialog } from './cancelBulkDialog.ts';
import { UndoBulkDialog } from './undoBulkDialog.ts';

const REPORTS = [
  ['csv', 'text/csv', 'Report as CSV'],
  ['jsonl', 'application/x-ndjson', 'Report as JSON lines'],
] as const;

export function BulkActions({ id, info }: { id: string; info: BulkInfo }) {
  const session = useSession();
  const [asked, setAsked] = useState<'cancel' | 'undo'>();
  const task = useTask();
  const onClose = () => setAsked(undefined);
  const isOver = info.status !== 'in-progress';
  const hasMoved = isOver && info.progress.succeeded > 0;
  const undo = useAnswer((signal) => findUndoOfRun(session, id, info, signal), hasMoved ? id : undefined);
  const [undoId, undoInfo] = undo.value ?? [];
  return html`
    <div>
      <div class="actions">
        ${!isOver && !isCancelling(info) && html`<button type="button" onClick=${() => setAsked('cancel')}>Cancel the run…</button>`}
        ${undoId && html`<${UndoneBy} what="run" href=${linkTo('bulk', undoId)} status=${undoInfo?.status} />`}
        ${hasMoved && undo.isOver && !undoId && html`<button type="button" onClick=${() => setAsked('undo')}>Undo the run…</button>`}
        ${REPORTS.map(
          ([format, type, title]) => html`
          <button
            type="button" class="quiet" disabled=${task.busy}
            onClick=${() => task.run(async () => download(`remount-${id}.${format}`, type, await readReport(session, id, format)))}
          >${title}</button>`,
        )}
      </div>
      <${Refusal} refused=${task.refused} />
      ${asked === 'cancel' && html`<${CancelBulkDialog} id=${id} onClose=${onClose} />`}
      ${asked === 'undo' && html`<${UndoBulkDialog} id=${id} onClose=${onClose} />`}
    </div>`;
}
