/** A sentence about a mount, with its path as paths are shown. */

import { html } from '../html.ts';
import type { End } from '../words/paths.ts';
import { PlainPath } from './mountPath.ts';

/** @param ends paths that the text may name; the longest is looked for first, since one may begin with the other */
export function Sentence({ text, ends }: { text: string; ends: End[] }) {
  const byLength = [...ends].sort((one, other) => other.path.length - one.path.length);
  const end = byLength.find(({ path }) => text.includes(path));
  if (!end) return html`<span>${text}</span>`;
  const [before = '', ...after] = text.split(end.path);
  return html`<span>${before}<${PlainPath} ...${end} />${after.join(end.path)}</span>`;
}
