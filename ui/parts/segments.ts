/** A bar in parts, each with its number beside it, so that nothing is told by colour alone. */

import { html } from '../html.ts';
import type { Segment } from '../words/bulkWords.ts';
import { count } from '../words/format.ts';

/** @param note stands beside the numbers */
export function Segments({ label, segments, note }: { label: string; segments: Segment[]; note: string }) {
  const shown = segments.filter(({ number }) => number > 0);
  return html`
    <div class="segments">
      <div class="bar-words">
        <ul aria-label=${label}>
          ${shown.map(({ mood, word, number }) => html`<li key=${word} class=${mood}><strong>${count(number)}</strong> ${word}</li>`)}
        </ul>
        <span>${note}</span>
      </div>
      <div class="whole" aria-hidden="true">
        ${shown.map(({ mood, word, number }) => html`<span key=${word} class=${mood} style=${{ flexGrow: number }}></span>`)}
      </div>
    </div>`;
}
