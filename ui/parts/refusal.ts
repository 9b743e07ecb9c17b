/** A refusal: what happened, what to do, and the service's own text. */

import { html } from '../html.ts';
import type { Refused } from '../service/refused.ts';
import { adviceOnRefusal, plainText } from '../words/advice.ts';
import { Shape } from './badge.ts';

export function Refusal({ refused }: { refused: Refused | undefined }) {
  // Always rendered: screen readers announce only changes inside an existing element.
  return html`<div role="alert">${refused && shown(refused)}</div>`;
}

function shown(refused: Refused) {
  const { what, todo } = adviceOnRefusal(refused);
  return html`
    <div class="note bad">
      <${Shape} mood="bad" />
      <div>
        <p><strong>${what}</strong> ${todo}</p>
        ${refused.texts.map((text) => html`<p class="said">${plainText(text)}</p>`)}
      </div>
    </div>`;
}
