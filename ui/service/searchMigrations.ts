/** Finds migrations by parts of their paths. The service itself compares only whole paths. */

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

/** Migrations per page. */
const PAGE = 25;
/** Migrations per request of a search. */
const SEARCHED_AT_ONCE = 200;
const MAX_REQUESTS = 5;

/** @param after the id after which to start; empty for the newest */
export async function searchMigrations(
  session: Session,
  search: Search,
  after: string,
  signal?: AbortSignal,
): Promise<Found> {
  const searches = search.source.trim() !== '' || search.target.trim() !== '';
  const limit = searches ? SEARCHED_AT_ONCE : PAGE;
  const found: Found = { migrations: [], looked: 0, next: after };
  for (let requests = 0; requests < MAX_REQUESTS; requests++) {
    const page = await listMigrations(
      session,
      { status: search.status, after: found.next ?? '' },
      limit,
      signal,
    );
    found.migrations.push(...page.filter((migration) => fits(migration, search)));
    found.looked += page.length;
    found.next = page.length < limit ? undefined : page.at(-1)?.id;
    if (found.next === undefined || found.migrations.length >= PAGE) break;
  }
  return found;
}

function fits({ info }: Migration, { source, target }: Search): boolean {
  const has = (path: string, part: string) => path.toLowerCase().includes(part.trim().toLowerCase());
  return has(info.source_mount, source) && has(info.target_mount, target);
}
