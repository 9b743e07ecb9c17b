/** A dialog with yes and no. */

import { type Children, html } from '../html.ts';
import { useTask } from '../watch/useTask.ts';
import { Dialog } from './dialog.ts';
import { Refusal } from './refusal.ts';

export interface AskDialogProps {
  title: string;
  yes: string;
  no: string;
  /** Whether yes is possible; false while its effect is not known yet. */
  canSay?: boolean;
  /** Whether yes takes nothing away from anybody. */
  isHarmless?: boolean;
  onYes: () => Promise<void>;
  onClose: () => void;
  children?: Children;
}

export function AskDialog(props: AskDialogProps) {
  const { title, yes, no, canSay = true, isHarmless = false, onYes, onClose, children } = props;
  const task = useTask();
  const onSubmit = (event: Event) => {
    event.preventDefault();
    void task.run(onYes);
  };
  return html`
    <${Dialog} title=${title} onClose=${onClose}>
      <form onSubmit=${onSubmit}>
        ${children}
        <${Refusal} refused=${task.refused} />
        <div class="actions">
          <button type="submit" class=${isHarmless ? 'main' : 'main danger'} disabled=${!canSay || task.busy}>${yes}</button>
          <button type="button" onClick=${onClose}>${no}</button>
        </div>
      </form>
    <//>`;
}
