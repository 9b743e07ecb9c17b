/** A time, where the reader is; how long ago, for those in a hurry. */

import { html } from '../html.ts';
import { ago, localTime } from '../words/format.ts';

export function Time({ at }: { at: string }) {
  return html`<time datetime=${at}>${localTime(at)}</time>`;
}

export function Ago({ at }: { at: string }) {
  return html`<time datetime=${at} title=${localTime(at)}>${ago(at, Date.now())}</time>`;
}
