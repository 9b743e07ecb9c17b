/** The numbers of today, since midnight where the person is. Each leads to its migrations. */

import { useState } from 'preact/hooks';
import { html } from '../html.ts';
import { Numbers } from '../parts/numbers.ts';
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
  const number = (figure?: number) =>
    figure === undefined ? '–' : `${count(figure)}${day?.isCut ? '+' : ''}`;
  const link = (status: string, figure?: number) =>
    html`<a href=${linkToFiltered(['migrations'], { status })}>${number(figure)}</a>`;
  return html`
    <${Numbers}
      label="Today"
      figures=${[
        { title: 'Moved today', value: link('success', day?.moved) },
        { title: 'Failed', value: link('failure', day?.failed), isBad: day && day.failed > 0 },
        { title: 'Running', value: link('in-progress', day?.running) },
        { title: 'Leases revoked', value: number(day?.leases) },
      ]}
    />`;
}
