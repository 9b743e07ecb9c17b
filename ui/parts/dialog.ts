/** A modal dialog. The browser's own dialog keeps the focus inside and closes with Escape. */

import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { type Children, html } from '../html.ts';

export interface DialogProps {
  title: string;
  onClose: () => void;
  children?: Children;
}

/** Open as long as it is rendered. */
export function Dialog({ title, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useLayoutEffect(() => {
    dialog.current?.showModal();
  }, []);
  return html`
    <dialog ref=${dialog} aria-labelledby=${id} onClose=${onClose}>
      <h2 id=${id}>${title}</h2>
      ${children}
    </dialog>`;
}
