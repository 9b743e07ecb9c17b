/** The actions on a migration that its status allows: cancel before the switch, undo once after it. */

import { useState } from 'preact/hooks';
import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { html } from '../html.ts';
import { UndoneBy } from '../parts/undoneBy.ts';
import { linkTo } from '../route.ts';
import type { Migration } from '../service/migrations.ts';
import type { Answer } from '../watch/useAnswer.ts';
import { canUndo } from '../words/migrationWords.ts';
import { CancelDialog } from './cancelDialog.ts';
import { UndoDialog } from './undoDialog.ts';

export interface ActionsProps {
  id: string;
  info: MigrationInfo;
  /** What has undone the migration, if anything has. */
  undo: Answer<Migration | undefined>;
  onChanged: () => void;
}

export function MigrationActions({ id, info, undo, onChanged }: ActionsProps) {
  const [asked, setAsked] = useState<'cancel' | 'undo'>();
  const onClose = () => setAsked(undefined);
  const canCancel = info.phase === 'accepted' || info.phase === 'draining';
  return html`
    <div class="actions">
      ${canCancel && html`<button type="button" onClick=${() => setAsked('cancel')}>Cancel the move…</button>`}
      ${undo.value && html`<${UndoneBy} what="move" href=${linkTo('migrations', undo.value.id)} status=${undo.value.info.status} />`}
      ${canUndo(info) && undo.isOver && !undo.value && html`<button type="button" onClick=${() => setAsked('undo')}>Undo the move…</button>`}
      ${asked === 'cancel' && html`<${CancelDialog} id=${id} onClose=${onClose} onCancelled=${onChanged} />`}
      ${asked === 'undo' && html`<${UndoDialog} id=${id} onClose=${onClose} />`}
    </div>`;
}
