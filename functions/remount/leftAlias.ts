/**
 * What the record of a migration has of the alias that it leaves, and when that is looked at. Pure. The record stays open until
 * the alias has ended, so the reconciler sees to each look (R7).
 */

import { A_DAY_MS } from '../limits.ts';

/** All times in epoch milliseconds. */
export interface LeftAlias {
  /** Seconds for which the source goes on answering after the switch; absent for none. */
  aliasTtlS?: number | undefined;
  /** When the source stops answering. The alias itself decides. */
  aliasUntil?: number;
  /** When the alias is looked at next, in epoch milliseconds; absent before the switch and after the end of the alias. */
  aliasLookAt?: number;
  /** What the looks have found, in epoch milliseconds: last seen in use, close to its end, ended. */
  aliasUsedAt?: number;
  aliasEndsSoonAt?: number;
  aliasEndedAt?: number;
  /** Whether late writes are removed, or there can be none. Set where the record stays open after that, for an alias. */
  isSwept?: boolean;
}

/** @returns the times that the switch sets; nothing if the migration leaves no alias */
export function aliasTimes(
  { aliasTtlS }: Pick<LeftAlias, 'aliasTtlS'>,
  now: number,
): Required<Pick<LeftAlias, 'aliasUntil' | 'aliasLookAt'>> | undefined {
  if (aliasTtlS === undefined) return undefined;
  const aliasUntil = now + aliasTtlS * 1_000;
  return { aliasUntil, aliasLookAt: nextAliasLook(now, aliasUntil) };
}

/**
 * When an alias is looked at next: each day, a day before its end, and at its end.
 * @param now epoch milliseconds
 * @param until its end, in epoch milliseconds
 */
export function nextAliasLook(now: number, until: number): number {
  const before = [now + A_DAY_MS, until - A_DAY_MS].filter((time) => time > now);
  return Math.min(...before, Math.max(until, now));
}
