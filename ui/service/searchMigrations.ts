/**
 * Finds migrations by parts of their paths, and enough of them to fill a page in which a bulk run is one entry. They are
 * compared here as the service would, so that a person sees how many were looked through while the search goes on.
 */

import { entriesOf } from '../words/entries.ts';
import { listMigrations, type Migration } from './migrations.ts';
import type { Session } from './session.ts';

export interface Search {
  /** Empty for any. */
  status: string;
  source: string;
  target: string;
}

export interface Found {
  migrations: Migration[];
  /** How many migrations were read. */
  looked: number;
  /** The id after which the search continues; undefined at the end. */
  next: string | undefined;
}

/** Entries per page. */
const PAGE = 25;
/** Migrations per request: of the first, and of those that go on because it did not fill a page. */
const AT_FIRST = 50;
const AT_ONCE = 400;
const MAX_REQUESTS = 5;

/** @param after the id after which to start; empty for the newest */
export async function searchMigrations(
  session: Session,
  search: Search,
  after: string,
  signal?: AbortSignal,
): Promise<Found> {
  const found: Found = { migrations: [], looked: 0, next: after };
  for (let requests = 0; requests < MAX_REQUESTS; requests++) {
    const limit = requests === 0 && !isByPath(search) ? AT_FIRST : AT_ONCE;
    const query = { status: search.status, after: found.next ?? '' };
    const page = await listMigrations(session, query, limit, signal);
    found.migrations.push(...page.filter((migration) => fits(migration, search)));
    found.looked += page.length;
    found.next = page.length < limit ? undefined : page.at(-1)?.id;
    if (found.next === undefined || entriesOf(found.migrations).length >= PAGE) break;
  }
  return found;
}

/** Whether a person looks for certain mounts. */
export function isByPath({ source, target }: Search): boolean {
  return source.trim() !== '' || target.trim() !== '';
}

function fits({ info }: Migration, { source, target }: Search): boolean {
  const has = (path: string, part: string) => path.toLowerCase().includes(part.trim().toLowerCase());
  return has(info.source_mount, source) && has(info.target_mount, target);
}
