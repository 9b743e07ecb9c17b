/** A dialog with yes, no and an optional reason. */

import { useState } from 'preact/hooks';
import { html } from '../html.ts';
import { AskDialog, type AskDialogProps } from './askDialog.ts';
import { Field } from './field.ts';

export interface ReasonDialogProps extends Omit<AskDialogProps, 'onYes' | 'isHarmless'> {
  onYes: (reason: string) => Promise<void>;
}

export function ReasonDialog({ onYes, children, ...others }: ReasonDialogProps) {
  const [reason, setReason] = useState('');
  return html`
    <${AskDialog} ...${others} onYes=${() => onYes(reason.trim())}>
      ${children}
      <${Field} label="Reason (optional)" isFirst value=${reason} onValue=${setReason} maxLength=${250} />
    <//>`;
}
