/** The header of every view: the navigation, and the owner of the token. */

import { html } from './html.ts';
import { linkTo } from './route.ts';
import { useSession } from './service/session.ts';

const AREAS: [area: string, title: string][] = [
  ['migrations', 'Migrations'],
  ['move', 'Move a mount'],
  ['bulk', 'Bulk runs'],
  ['schedules', 'Schedules'],
  ['aliases', 'Old paths'],
];

export function Header({ area = 'migrations', onSignOut }: { area?: string; onSignOut: () => void }) {
  const { displayName, namespace } = useSession();
  return html`
    <header>
      <span class="product">Remount</span>
      <nav aria-label="Main">
        ${AREAS.map(
          ([name, title]) =>
            html`<a href=${linkTo(name)} aria-current=${name === area ? 'page' : undefined}>${title}</a>`,
        )}
      </nav>
      <div class="who">
        <span>${displayName} in ${namespace === '' ? 'the root namespace' : html`<code>${namespace}</code>`}</span>
        <button type="button" class="quiet" onClick=${onSignOut}>Sign out</button>
      </div>
    </header>`;
}
