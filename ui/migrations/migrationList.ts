/** The migrations that the namespace sees, newest first. The first page is updated all the time. The filters are in the address. */

import { useRef, useState } from 'preact/hooks';
import { html } from '../html.ts';
import { Heading } from '../parts/heading.ts';
import { Refusal } from '../parts/refusal.ts';
import { Skeleton } from '../parts/skeleton.ts';
import { Unreachable } from '../parts/unreachable.ts';
import { filterBy, linkTo } from '../route.ts';
import { type Found, isByPath, type Search, searchMigrations } from '../service/searchMigrations.ts';
import { useSession } from '../service/session.ts';
import { useDebounced } from '../watch/useDebounced.ts';
import { useKept } from '../watch/useKept.ts';
import { useTask } from '../watch/useTask.ts';
import { useWatch } from '../watch/useWatch.ts';
import { entriesOf } from '../words/entries.ts';
import { many } from '../words/format.ts';
import { MigrationTable } from './migrationTable.ts';
import { SearchForm } from './searchForm.ts';
import { Today } from './today.ts';

/** A list of so many migrations is read again at once when it has changed. */
const READ_OFTEN = 100;

/** What is shown, and whether older migrations were added: then it is no longer updated. */
interface Shown extends Found {
  isLong: boolean;
}

export function MigrationList({ query }: { query: Record<string, string> }) {
  const session = useSession();
  const { status = '', source = '', target = '' } = query;
  const search: Search = { status, source, target };
  const [found, setFound] = useKept<Shown>('migrations', JSON.stringify(search));
  const [isLong, setLong] = useState(found?.isLong ?? false);
  const debounced = useDebounced(search);
  const seen = useRef('');
  const task = useTask();

  const watch = useWatch(
    async (signal) => {
      if (isLong) return 'over';
      const now = await searchMigrations(session, debounced, '', signal);
      setFound({ ...now, isLong: false });
      const isNews = seen.current !== JSON.stringify(now);
      seen.current = JSON.stringify(now);
      // What takes many reads is not read twice a second.
      return isNews && now.looked <= READ_OFTEN ? 'changed' : 'same';
    },
    JSON.stringify([debounced, isLong]),
  );
  const onSearch = (wanted: Search) => {
    setLong(false);
    filterBy(['migrations'], { ...wanted });
  };
  const onMore = () =>
    task.run(async () => {
      if (!found?.next) return;
      setLong(true);
      const more = await searchMigrations(session, search, found.next);
      const migrations = [...found.migrations, ...more.migrations];
      setFound({ migrations, looked: found.looked + more.looked, next: more.next, isLong: true });
    });

  return html`
    <div>
      <div class="title">
        <${Heading} title="Migrations" />
        <a class="button main" href=${linkTo('move')}>Move a mount</a>
      </div>
      <${Today} />
      <${SearchForm} search=${search} onSearch=${onSearch} />
      <${Refusal} refused=${watch.refused ?? task.refused} />
      <${Unreachable} nextTry=${watch.nextTry} />
      <p role="status" class="summary">${found && summaryOf(found, search)}</p>
      ${!found && !watch.refused && html`<${Skeleton} lines=${10} />`}
      ${found && found.migrations.length > 0 && html`<${MigrationTable} entries=${isByPath(search) ? found.migrations : entriesOf(found.migrations)} />`}
      ${found?.next && html`<button type="button" disabled=${task.busy} onClick=${onMore}>Show older migrations</button>`}
    </div>`;
}

function summaryOf({ migrations, looked, next }: Found, { status, source, target }: Search): string {
  const shown = many(migrations.length, 'migration');
  if (looked > migrations.length) return `${shown} found among the latest ${looked}.`;
  if (migrations.length > 0) return next ? `The latest ${shown}.` : `${shown}.`;
  return status || source || target ? 'No migration matches.' : 'No migrations yet.';
}
