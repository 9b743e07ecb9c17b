/**
 * The heading of a view. It gets the focus when the view opens, for users of keyboards and screen readers, unless the view
 * begins with something to type.
 */

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { type Children, html } from '../html.ts';
import { restoreScroll } from '../route.ts';

export interface HeadingProps {
  title: string;
  isFocused?: boolean;
  children?: Children;
}

export function Heading({ title, isFocused = true, children }: HeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Remount`;
  }, [title]);
  // Once, before the user can press a key, so that it never takes the focus from another element.
  useLayoutEffect(() => {
    if (isFocused) heading.current?.focus({ preventScroll: true });
    restoreScroll();
  }, []);
  // What is inside may have buttons, which are not a part of its name.
  return html`<h1 ref=${heading} tabindex="-1" aria-label=${children && title}>${children ?? title}</h1>`;
}
