/** Says in the place of the undo that a migration or a run was undone already, with the way to that undo. */

import { html } from '../html.ts';

export interface UndoneByProps {
  what: 'move' | 'run';
  href: string;
  status: 'in-progress' | 'success' | 'failure';
}

export function UndoneBy({ what, href, status }: UndoneByProps) {
  const words =
    status === 'in-progress' ? 'is being undone' : status === 'failure' ? 'was undone in part' : 'was undone';
  return html`<p class="undone">This ${what} ${words}. <a href=${href}>See the undo</a></p>`;
}
