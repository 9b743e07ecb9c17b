/** The numbers of today, since midnight where the person is. Each leads to its migrations. */

import { useState } from 'preact/hooks';
import { html } from '../html.ts';
import { linkToFiltered } from '../route.ts';
import { listMigrations } from '../service/migrations.ts';
import { useSession } from '../service/session.ts';
import { useWatch } from '../watch/useWatch.ts';
import { type Day, dayOf } from '../words/day.ts';
import { count } from '../words/format.ts';

/** Migrations that are counted; beyond that, the numbers are at least so high. */
const MOST = 1_000;

export function Today() {
  const session = useSession();
  const [day, setDay] = useState<Day>();
  useWatch(async (signal) => {
    const since = new Date(new Date().setHours(0, 0, 0, 0)).toISOString();
    const found = await listMigrations(session, { since }, MOST, signal);
    setDay(
      dayOf(
        found.map(({ info }) => info),
        found.length === MOST,
      ),
    );
    // Numbers need not be as new as a list.
    return 'same';
  }, 'today');
  const number = (figure: number | undefined) =>
    figure === undefined ? '–' : `${count(figure)}${day?.isCut ? '+' : ''}`;
  const tiles: [title: string, figure: number | undefined, status?: string][] = [
    ['Moved today', day?.moved, 'success'],
    ['Failed', day?.failed, 'failure'],
    ['Running', day?.running, 'in-progress'],
    ['Leases revoked', day?.leases],
  ];
  return html`
    <section class="today" aria-label="Today">
      <dl>
        ${tiles.map(
          ([title, figure, status]) => html`
          <div key=${title} class=${figure && status === 'failure' ? 'bad' : ''}>
            <dt>${title}</dt>
            <dd>${status ? html`<a href=${linkToFiltered(['migrations'], { status })}>${number(figure)}</a>` : number(figure)}</dd>
          </div>`,
        )}
      </dl>
    </section>`;
}
