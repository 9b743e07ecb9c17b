/** The heading of a place. It is given the focus when one comes there, so that keyboards and readers follow. */

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { type Children, html } from '../html.ts';

export function Heading({ title, children }: { title: string; children?: Children }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Remount`;
  }, [title]);
  // Before anyone can press a key, and once: the focus is not taken back from where it has gone.
  useLayoutEffect(() => heading.current?.focus(), []);
  return html`<h1 ref=${heading} tabindex="-1">${children ?? title}</h1>`;
}
