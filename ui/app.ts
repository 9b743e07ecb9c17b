/** The whole page: the session, the route, and the view of the route. */

import { useState } from 'preact/hooks';
import { AliasList } from './aliases/aliasList.ts';
import { BulkList } from './bulk/bulkList.ts';
import { BulkPage } from './bulk/bulkPage.ts';
import { NewBulk } from './bulk/newBulk.ts';
import { Header } from './header.ts';
import { html } from './html.ts';
import { MigrationList } from './migrations/migrationList.ts';
import { MigrationPage } from './migrations/migrationPage.ts';
import { MovePage } from './move/movePage.ts';
import { type Route, useRoute } from './route.ts';
import { ScheduleList } from './schedules/scheduleList.ts';
import { SchedulePage } from './schedules/schedulePage.ts';
import { type Session, SessionContext } from './service/session.ts';
import { SignIn } from './signIn/signIn.ts';
import { SignInAgain } from './signIn/signInAgain.ts';

export function App() {
  const [session, setSession] = useState<Session>();
  const [isRefused, setRefused] = useState(false);
  const route = useRoute();
  const onSession = (next: Session) => {
    setRefused(false);
    setSession({ ...next, onTokenRefused: () => setRefused(true) });
  };
  const onSignOut = () => setSession(undefined);
  if (!session) return html`<main class="narrow"><${SignIn} onSession=${onSession} /></main>`;
  return html`
    <${SessionContext.Provider} value=${session}>
      <${Header} area=${route.segments[0]} onSignOut=${onSignOut} />
      <main>${shownAt(route)}</main>
      ${
        isRefused &&
        html`<${SignInAgain}
          namespace=${session.namespace} onSession=${onSession} onSignOut=${onSignOut} onClose=${() => setRefused(false)}
        />`
      }
    <//>`;
}

function shownAt({ segments: [area, id], query }: Route) {
  if (area === 'move') return html`<${MovePage} />`;
  if (area === 'bulk' && id === 'new') return html`<${NewBulk} />`;
  if (area === 'bulk')
    return id ? html`<${BulkPage} key=${id} id=${id} query=${query} />` : html`<${BulkList} />`;
  if (area === 'schedules')
    return id ? html`<${SchedulePage} key=${id} name=${id} />` : html`<${ScheduleList} />`;
  if (area === 'aliases') return html`<${AliasList} />`;
  return area === 'migrations' && id
    ? html`<${MigrationPage} key=${id} id=${id} />`
    : html`<${MigrationList} query=${query} />`;
}
