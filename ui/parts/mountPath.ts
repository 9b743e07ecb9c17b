/** The path of a mount, its namespace apart. */

import { html } from '../html.ts';
import { type BothEnds, type End, endsOf, partsOf } from '../words/paths.ts';
import { CopyButton } from './copyButton.ts';

/** The whole path, with a button to copy it. */
export function MountPath(end: End) {
  return html`
    <span class="path">${namespaceOf(end)}<code>${end.path.slice(end.namespace.length)}</code><${CopyButton} text=${end.path} /></span>`;
}

/** The whole path, as a part of a text. */
export function PlainPath(end: End) {
  return html`<span class="path">${namespaceOf(end)}<code>${end.path.slice(end.namespace.length)}</code></span>`;
}

/** In one line. What does not fit is left out in the middle; the pointer shows the whole. */
function ShortPath(end: End) {
  const { head, tail } = partsOf(end);
  return html`
    <span class="path short" title=${end.path}>${namespaceOf(end)}<code><span class="head">${head}</span><span class="tail">${tail}</span></code></span>`;
}

/** Both ends of a move in one line. `unheard` is for one whose text is heard already. */
export function ShortMove({ move, unheard }: { move: BothEnds; unheard?: true }) {
  const { source, target } = endsOf(move);
  return html`<span class="move short" aria-hidden=${unheard}><${ShortPath} ...${source} /> <span class="to">to</span> <${ShortPath} ...${target} /></span>`;
}

/** The name is the whole: what is shown of it are parts, which a screen reader would read as words of their own. */
export function MoveLink({ href, move }: { href: string; move: BothEnds }) {
  const name = `${move.source_mount} to ${move.target_mount}`;
  return html`<a href=${href}><span class="unseen">${name}</span><${ShortMove} move=${move} unheard=${true} /></a>`;
}

/** The space is for whoever copies the text or hears it. */
function namespaceOf({ namespace }: End) {
  return namespace && html`<span class="namespace">${namespace}</span> `;
}
