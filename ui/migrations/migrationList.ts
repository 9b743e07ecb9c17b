/** The migrations that the namespace sees, newest first. The first page is updated all the time. */

import { useRef, useState } from 'preact/hooks';
import { html } from '../html.ts';
import { Heading } from '../parts/heading.ts';
import { Refusal } from '../parts/refusal.ts';
import { Unreachable } from '../parts/unreachable.ts';
import { linkTo } from '../route.ts';
import { type Found, type Search, searchMigrations } from '../service/searchMigrations.ts';
import { useSession } from '../service/session.ts';
import { useDebounced } from '../watch/useDebounced.ts';
import { useTask } from '../watch/useTask.ts';
import { useWatch } from '../watch/useWatch.ts';
import { many } from '../words/format.ts';
import { MigrationTable } from './migrationTable.ts';
import { SearchForm } from './searchForm.ts';

export function MigrationList() {
  const session = useSession();
  const [search, setSearch] = useState<Search>({ status: '', source: '', target: '' });
  const [found, setFound] = useState<Found>();
  const [isLong, setLong] = useState(false);
  const debounced = useDebounced(search);
  const seen = useRef('');
  const task = useTask();

  const watch = useWatch(
    async (signal) => {
      if (isLong) return 'over';
      const now = await searchMigrations(session, debounced, '', signal);
      setFound(now);
      const isNews = seen.current !== JSON.stringify(now);
      seen.current = JSON.stringify(now);
      return isNews ? 'changed' : 'same';
    },
    JSON.stringify([debounced, isLong]),
  );
  const onSearch = (wanted: Search) => {
    setLong(false);
    setSearch(wanted);
  };
  const onMore = () =>
    task.run(async () => {
      if (!found?.next) return;
      setLong(true);
      const more = await searchMigrations(session, search, found.next);
      const migrations = [...found.migrations, ...more.migrations];
      setFound({ migrations, looked: found.looked + more.looked, next: more.next });
    });

  return html`
    <div>
      <div class="title">
        <${Heading} title="Migrations" />
        <a class="button main" href=${linkTo('move')}>Move a mount</a>
      </div>
      <${SearchForm} search=${search} onSearch=${onSearch} />
      <${Refusal} refused=${watch.refused ?? task.refused} />
      <${Unreachable} nextTry=${watch.nextTry} />
      <p role="status" class="summary">${found && summaryOf(found, search)}</p>
      ${found && found.migrations.length > 0 && html`<${MigrationTable} migrations=${found.migrations} />`}
      ${found?.next && html`<button type="button" disabled=${task.busy} onClick=${onMore}>Show older migrations</button>`}
    </div>`;
}

function summaryOf({ migrations, looked, next }: Found, { status, source, target }: Search): string {
  const shown = many(migrations.length, 'migration');
  if (looked > migrations.length) return `${shown} found among the latest ${looked}.`;
  if (migrations.length > 0) return next ? `The latest ${shown}.` : `${shown}.`;
  return status || source || target ? 'No migration matches.' : 'No migrations yet.';
}
