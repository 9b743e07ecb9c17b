/** Texts for aliases: how long an old path answers, and whether it is used. Pure. */

import type { AliasInfo, MigrationInfo } from '../../functions/remount/answers.ts';
import { count, duration } from './format.ts';
import type { Standing } from './migrationWords.ts';

/** For how long an old path can go on answering, as the service reads durations. */
export const ALIAS_TIMES = [
  ['24h', '1 day'],
  ['168h', '7 days'],
  ['720h', '30 days'],
  ['2160h', '90 days'],
] as const;

const A_DAY_MS = 86_400_000;

/** Whether somebody has used it within a day. */
export function standingOfAlias({ last_used_time: used }: AliasInfo, now: number): Standing {
  if (used === null) return { mood: 'stopped', word: 'Not used' };
  return now - Date.parse(used) < A_DAY_MS
    ? { mood: 'working', word: 'In use' }
    : { mood: 'good', word: 'Quiet' };
}

/** Whether the old path of a mount goes on answering. */
export function isAnswering({ alias }: Pick<MigrationInfo, 'alias'>): boolean {
  return alias !== undefined && alias.end_time !== null && alias.ended_time === null;
}

/** `212`; `10,000+` where there may be more. */
export function callersInWords(alias: Pick<AliasInfo, 'callers_total' | 'callers_complete'>): string {
  return `${count(alias.callers_total)}${alias.callers_complete ? '' : '+'}`;
}

/** `in 29 d 23 h`. */
export function endInWords({ end_time: end }: Pick<AliasInfo, 'end_time'>, now: number): string {
  const left = Date.parse(end) - now;
  return left <= 0 ? 'now' : `in ${duration(left)}`;
}
