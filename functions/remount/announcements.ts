/** The events of a migration: each step that a write to its record has made. Pure. */

import type { Announcement } from '../ports/bus.ts';
import type { Migration } from './migration.ts';
import { migrationInfo } from './migrationInfo.ts';
import { OPERATOR } from './requesterInfo.ts';

/** @param before the record before the write; undefined when it is new */
export function announcementsOf(before: Migration | undefined, after: Migration): Announcement[] {
  const steps = Object.entries(STEPS).flatMap(([step, timeOf]) => {
    const at = timeOf(after);
    const isNew = at !== undefined && !(before && timeOf(before) !== undefined);
    return isNew ? [announcement(step, at, after)] : [];
  });
  const ofAlias = Object.entries(ALIAS_NEWS).flatMap(([news, timeOf]) => {
    const at = timeOf(after);
    const isNew = at !== undefined && at !== (before && timeOf(before));
    return isNew ? [announcement(news, at, after, `/${at}`)] : [];
  });
  return [...steps, ...ofAlias];
}

/** Step → the time at which it was made, if it was. */
const STEPS: Record<string, (migration: Migration) => number | undefined> = {
  Accepted: ({ acceptedAt }) => acceptedAt,
  Tainted: ({ taintedAt }) => taintedAt,
  Switched: ({ switchedAt }) => switchedAt,
  'Nodes Stale': ({ staleAt }) => staleAt,
  Succeeded: ({ status, finishedAt }) => (status === 'success' ? finishedAt : undefined),
  Failed: ({ status, finishedAt }) => (status === 'failure' ? finishedAt : undefined),
};

/** What a look at an alias finds may be new on each day. */
const ALIAS_NEWS: typeof STEPS = {
  'Alias Used': ({ aliasUsedAt }) => aliasUsedAt,
  'Alias Ends Soon': ({ aliasEndsSoonAt }) => aliasEndsSoonAt,
  'Alias Ended': ({ aliasEndedAt }) => aliasEndedAt,
};

/** @param which tells announcements of the same kind apart */
function announcement(step: string, at: number, migration: Migration, which = ''): Announcement {
  const { id, source } = migration;
  const detail = {
    id: `${id}/${step.toLowerCase().replaceAll(' ', '-')}${which}`,
    migration_id: id,
    namespace: source.namespacePath,
    ...migrationInfo(migration, OPERATOR),
  };
  return { type: `Remount ${step}`, at, detail };
}
