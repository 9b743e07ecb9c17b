/** The choice of what becomes of policy rules that name what is moved. */

import { useId } from 'preact/hooks';
import { html } from '../html.ts';
import type { PolicyMode } from '../service/migrations.ts';

const MODES: [mode: PolicyMode, title: string][] = [
  ['keep', 'Stay as they are'],
  ['add', 'Get a rule for the target as well'],
  ['follow', 'Get the path of the target'],
];

export function PolicyChoice({ mode, onMode }: { mode: PolicyMode; onMode: (mode: PolicyMode) => void }) {
  const id = useId();
  return html`
    <fieldset>
      <legend>Policy rules that name a mount</legend>
      ${MODES.map(
        ([own, title]) => html`
        <label class="choice">
          <input type="radio" name=${id} checked=${mode === own} onChange=${() => onMode(own)} /> ${title}
        </label>`,
      )}
    </fieldset>`;
}
