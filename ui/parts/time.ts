/** A time in the user's timezone, and how long ago it was. */

import { html } from '../html.ts';
import { ago, localTime } from '../words/format.ts';

export function Time({ at }: { at: string }) {
  return html`<time datetime=${at}>${localTime(at)}</time>`;
}

export function Ago({ at }: { at: string }) {
  return html`<time datetime=${at} title=${localTime(at)}>${ago(at, Date.now())}</time>`;
}
