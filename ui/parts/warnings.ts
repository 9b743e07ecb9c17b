/** What the service warns of in a plan. It does not prevent the start. */

import { html } from '../html.ts';
import { Shape } from './badge.ts';

export function Warnings({ warnings }: { warnings: string[] }) {
  // Always rendered: screen readers announce only changes inside an existing element.
  return html`<div role="status" class="stack">${warnings.map(
    (warning) => html`
      <div class="note" key=${warning}>
        <${Shape} mood="stopped" />
        <p><strong>Check this before you start:</strong> ${warning}</p>
      </div>`,
  )}</div>`;
}
