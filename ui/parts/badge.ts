/** A status, shown by word, shape and colour, never by colour alone. */

import { html } from '../html.ts';
import type { Mood, Standing } from '../words/migrationWords.ts';

/** Paths in a square of 16, drawn in the colour of the text. */
const SHAPES: Record<Mood, string> = {
  waiting: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z',
  working: 'M8 2a6 6 0 1 0 6 6M8 4.5V8l2.5 1.5',
  good: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5.2 8.2l2 2 3.6-4.2',
  bad: 'M5.2 2h5.6L14 5.2v5.6L10.8 14H5.2L2 10.8V5.2zM5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4',
  stopped: 'M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2zM5 8h6',
};

export function Badge({ mood, word }: Standing) {
  return html`<span class="badge ${mood}"><${Shape} mood=${mood} />${word}</span>`;
}

export function Shape({ mood }: { mood: Mood }) {
  return html`<svg class="shape" viewBox="0 0 16 16" aria-hidden="true"><path d=${SHAPES[mood]} /></svg>`;
}
