/** What is announced of a migration: each step it has taken, told by its record before and after a write. Pure. */

import type { Announcement } from '../ports/bus.ts';
import type { Migration } from './migration.ts';
import { migrationInfo } from './migrationInfo.ts';

/** @param before nothing when the record is new */
export function announcementsOf(before: Migration | undefined, after: Migration): Announcement[] {
  return Object.entries(STEPS).flatMap(([step, timeOf]) => {
    const at = timeOf(after);
    const isNew = at !== undefined && !(before && timeOf(before) !== undefined);
    return isNew ? [announcement(step, at, after)] : [];
  });
}

/** Step → the time at which it was taken, if it was. */
const STEPS: Record<string, (migration: Migration) => number | undefined> = {
  Accepted: ({ acceptedAt }) => acceptedAt,
  Switched: ({ switchedAt }) => switchedAt,
  Succeeded: ({ status, finishedAt }) => (status === 'success' ? finishedAt : undefined),
  Failed: ({ status, finishedAt }) => (status === 'failure' ? finishedAt : undefined),
};

function announcement(step: string, at: number, migration: Migration): Announcement {
  const { id, source } = migration;
  const detail = {
    id: `${id}/${step.toLowerCase()}`,
    migration_id: id,
    namespace: source.namespacePath,
    ...migrationInfo(migration),
  };
  return { type: `Remount ${step}`, at, detail };
}
