/** A progress bar with its figures beside it. */

import { useId } from 'preact/hooks';
import { html } from '../html.ts';

export interface BarProps {
  label: string;
  /** From 0 to 1; undefined if it is unknown. */
  share: number | undefined;
  figures: string;
}

export function Bar({ label, share, figures }: BarProps) {
  const id = useId();
  return html`
    <div class="bar">
      <div class="bar-words"><label for=${id}>${label}</label><span class="bar-figures">${figures}</span></div>
      <progress id=${id} max="1" value=${share}></progress>
    </div>`;
}
