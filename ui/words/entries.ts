/** The list of migrations with those of one bulk run as one entry. Pure. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { many } from './format.ts';
import type { Standing } from './migrationWords.ts';

export interface Listed {
  id: string;
  info: MigrationInfo;
}

/** A migration, or those of a run. */
export type Entry = Listed | { runId: string; infos: MigrationInfo[] };

/** Each run is where its newest migration is. One migration alone stays what it is. */
export function entriesOf(migrations: Listed[]): Entry[] {
  const runs = Map.groupBy(migrations, ({ id, info }) => info.bulk_id ?? id);
  return [...runs].map(([runId, found]) => {
    const [first, ...others] = found;
    return first && others.length === 0 ? first : { runId, infos: found.map(({ info }) => info) };
  });
}

export function standingOfEntry(infos: MigrationInfo[]): Standing {
  const statuses = infos.map(({ status }) => status);
  if (statuses.includes('in-progress')) return { mood: 'working', word: 'In progress' };
  if (statuses.includes('success')) {
    return statuses.includes('failure')
      ? { mood: 'bad', word: 'In part' }
      : { mood: 'good', word: 'Success' };
  }
  const isCancelled = infos.every(({ error }) => error?.code === 'cancelled');
  return isCancelled ? { mood: 'stopped', word: 'Cancelled' } : { mood: 'bad', word: 'Failed' };
}

/** `58 moves of a run, 2 failed`. */
export function titleOfEntry(infos: MigrationInfo[]): string {
  const failed = infos.filter(({ status }) => status === 'failure').length;
  return `${many(infos.length, 'move')} of a run${failed > 0 ? `, ${failed} failed` : ''}`;
}

/** The first begin and the last end, in epoch milliseconds; no end while one of them is under way. */
export function spanOf(infos: MigrationInfo[]): { begin: number; end: number | undefined } {
  const ends = infos.map(({ finished_time: time }) => (time ? Date.parse(time) : Number.POSITIVE_INFINITY));
  const end = Math.max(...ends);
  const begin = Math.min(...infos.map(({ created_time: time }) => Date.parse(time)));
  return { begin, end: Number.isFinite(end) ? end : undefined };
}
