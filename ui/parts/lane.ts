/** A bar between two shares of its lane, beside the number that it shows. */

import { html } from '../html.ts';

/** The least width that can still be seen. */
const LEAST = 0.01;

/** @param from share of the lane, from 0 to 1, as `to` */
export function Lane({ from = 0, to }: { from?: number; to: number }) {
  const width = Math.max(LEAST, to - from);
  const x = Math.min(from, 1 - width);
  return html`
    <svg class="lane-bar" viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
      <rect x=${x} width=${width} height="1" />
    </svg>`;
}
