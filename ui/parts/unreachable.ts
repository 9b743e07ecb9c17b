/** Says that what is shown may be old, while the service does not answer. */

import { html } from '../html.ts';
import type { Watch } from '../watch/useWatch.ts';

export function Unreachable({ nextTry }: Pick<Watch, 'nextTry'>) {
  if (nextTry === undefined) return undefined;
  const text =
    'The service cannot be reached. This page retries by itself; the data shown may be out of date.';
  return html`<p class="note" role="status">${text}</p>`;
}
