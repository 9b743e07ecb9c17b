/** A list of names and values. */

import { type Children, html } from '../html.ts';

export type Fact = [name: string, value: Children] | undefined;

export function Facts({ facts }: { facts: Fact[] }) {
  const known = facts.filter((fact) => fact !== undefined);
  return html`
    <dl class="facts">
      ${known.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>`;
}
