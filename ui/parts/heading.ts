/** The heading of a view. It gets the focus when the view opens, for users of keyboards and screen readers. */

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { type Children, html } from '../html.ts';
import { restoreScroll } from '../route.ts';

export function Heading({ title, children }: { title: string; children?: Children }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Remount`;
  }, [title]);
  // Once, before the user can press a key, so that it never takes the focus from another element.
  useLayoutEffect(() => {
    heading.current?.focus({ preventScroll: true });
    restoreScroll();
  }, []);
  return html`<h1 ref=${heading} tabindex="-1">${children ?? title}</h1>`;
}
