/** A dialog with yes, no and an optional reason. */

import { useState } from 'preact/hooks';
import { type Children, html } from '../html.ts';
import { useTask } from '../watch/useTask.ts';
import { Dialog } from './dialog.ts';
import { Field } from './field.ts';
import { Refusal } from './refusal.ts';

export interface ReasonDialogProps {
  title: string;
  yes: string;
  no: string;
  /** Whether yes is possible; false while its effect is not known yet. */
  canSay?: boolean;
  onYes: (reason: string) => Promise<void>;
  onClose: () => void;
  children?: Children;
}

export function ReasonDialog({ title, yes, no, canSay = true, onYes, onClose, children }: ReasonDialogProps) {
  const [reason, setReason] = useState('');
  const task = useTask();
  const onSubmit = (event: Event) => {
    event.preventDefault();
    void task.run(() => onYes(reason.trim()));
  };
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <form onSubmit=${onSubmit}>
        ${children}
        <${Field} label="Reason (optional)" isFirst value=${reason} onValue=${setReason} maxLength=${250} />
        <${Refusal} refused=${task.refused} />
        <div class="actions">
          <button type="submit" class="main danger" disabled=${!canSay || task.busy}>${yes}</button>
          <button type="button" onClick=${onClose}>${no}</button>
        </div>
      </form>
    <//>`;
}
