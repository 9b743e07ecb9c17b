/** A labelled choice of a form, with a hint. */

import { useId } from 'preact/hooks';
import { html } from '../html.ts';

export interface SelectFieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  choices: readonly (readonly [value: string, words: string])[];
  hint?: string;
}

export function SelectField({ label, value, onValue, choices, hint }: SelectFieldProps) {
  const id = useId();
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <select
        id=${id} value=${value} aria-describedby=${hint && `${id}-hint`}
        onChange=${({ currentTarget }: { currentTarget: HTMLSelectElement }) => onValue(currentTarget.value)}
      >
        ${choices.map(([one, words]) => html`<option value=${one}>${words}</option>`)}
      </select>
      ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    </div>`;
}
