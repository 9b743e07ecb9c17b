/** A labelled field of a form, with a hint. */

import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { html } from '../html.ts';

export interface FieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  hint?: string;
  type?: string;
  required?: boolean;
  /** Set for paths and tokens: the browser must not correct them. */
  exact?: boolean;
  /** Suggestions for the value. */
  choices?: string[];
  maxLength?: number;
  autocomplete?: string;
  /** Whether it has the focus when its view opens. */
  isFirst?: boolean;
}

export function Field(props: FieldProps) {
  const { label, value, onValue, hint, type = 'text', required = false, exact = false, choices } = props;
  const id = useId();
  const { autocomplete = 'off', maxLength, isFirst = false } = props;
  const input = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    if (isFirst) input.current?.focus({ preventScroll: true });
  }, []);
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <input
        ref=${input}
        id=${id}
        class=${exact ? 'exact' : ''}
        type=${type}
        value=${value}
        required=${required}
        maxlength=${maxLength}
        autocomplete=${autocomplete}
        autocapitalize=${exact ? 'none' : undefined}
        spellcheck=${!exact}
        list=${choices && `${id}-choices`}
        aria-describedby=${hint && `${id}-hint`}
        onInput=${({ currentTarget }: { currentTarget: HTMLInputElement }) => onValue(currentTarget.value)}
      />
      ${choices && html`<datalist id=${`${id}-choices`}>${choices.map((choice) => html`<option value=${choice} />`)}</datalist>`}
      ${hint && html`<p class="hint" id=${`${id}-hint`}>${hint}</p>`}
    </div>`;
}
