/** Stands for what is being loaded, so that the page has its form at once. */

import { html } from '../html.ts';

/** @param lines how many rows of text it stands for */
export function Skeleton({ lines }: { lines: number }) {
  return html`
    <div class="skeleton">
      <p class="unseen" role="status">Loading…</p>
      ${Array.from({ length: lines }, (_, i) => html`<span key=${i} aria-hidden="true"></span>`)}
    </div>`;
}
