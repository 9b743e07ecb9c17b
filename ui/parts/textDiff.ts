/** Two texts side by side; on a narrow page, what is new below what it replaces. */

import { html } from '../html.ts';
import { type DiffRow, sideBySide } from '../words/textDiff.ts';

interface TextDiffProps {
  before: string;
  after: string;
  /** When the second text is the text. */
  when: string;
}

export function TextDiff({ before, after, when }: TextDiffProps) {
  return html`
    <table class="diff">
      <thead><tr><th scope="col">Now</th><th scope="col">${when}</th></tr></thead>
      <tbody>${sideBySide(before, after).map((row) => (row ? html`<${Row} ...${row} />` : html`<tr class="gap"><td colspan="2">…</td></tr>`))}</tbody>
    </table>`;
}

function Row({ before, after, isSame }: DiffRow) {
  if (isSame) return html`<tr class="same"><td>${before}</td><td>${after}</td></tr>`;
  return html`
    <tr>
      <td>${before !== undefined && html`<del>${before}</del>`}</td>
      <td>${after !== undefined && html`<ins>${after}</ins>`}</td>
    </tr>`;
}
