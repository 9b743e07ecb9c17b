/** A strip of numbers, each with its name above it. */

import { type Children, html } from '../html.ts';

export interface Figure {
  title: string;
  value: Children;
  isBad?: boolean;
}

export function Numbers({ label, figures }: { label: string; figures: Figure[] }) {
  return html`
    <dl class="numbers" aria-label=${label}>
      ${figures.map(({ title, value, isBad }) => html`<div key=${title} class=${isBad ? 'bad' : ''}><dt>${title}</dt><dd>${value}</dd></div>`)}
    </dl>`;
}
