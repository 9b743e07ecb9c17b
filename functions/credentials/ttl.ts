/** How long a lease may live: what was asked for, the mount's default, and every cap above it (contract §6). */

import { formatDuration } from '../http/duration.ts';
import { SYSTEM_MAX_TTL_S } from '../limits.ts';
import type { Mount } from '../tree/mount.ts';
import { mountTtls } from '../tree/mount.ts';
import { pastMaxTtl } from './leaseErrors.ts';

/** All in seconds; 0 or absent stands for "not set". */
export interface TtlWish {
  ttl?: number | undefined;
  maxTtl?: number | undefined;
  period?: number | undefined;
  explicitMaxTtl?: number | undefined;
}

export interface TtlGrant {
  /** Seconds. */
  ttl: number;
  /** Seconds after the issue that no renewal may pass, the mount's maximum apart; 0 is without limit. */
  maxTtl: number;
  warnings: string[];
}

export function grantTtl(
  { ttl, maxTtl, period, explicitMaxTtl }: TtlWish,
  mount: Pick<Mount, 'config'> | undefined,
): TtlGrant {
  const limits = mountTtls(mount);
  const periodic = Math.min(period ?? 0, SYSTEM_MAX_TTL_S);
  const asked = periodic || ttl || limits.defaultTtl;
  const own = lowest(explicitMaxTtl, period ? 0 : maxTtl);
  const granted = lowest(asked, own, period ? 0 : limits.maxTtl);
  const warnings = (ttl || period) && granted < asked ? [capWarning('TTL', asked, granted)] : [];
  if (period && periodic < period) warnings.unshift(capWarning('Period', period, periodic));
  return { ttl: granted, maxTtl: own, warnings };
}

/** The least of the numbers that are set. */
function lowest(...caps: (number | undefined)[]): number {
  const set = caps.filter((cap) => cap !== undefined && cap > 0) as number[];
  return set.length > 0 ? Math.min(...set) : 0;
}

/** What is renewed; times in epoch milliseconds, spans in seconds. */
export interface Renewal {
  now: number;
  issuedAt: number;
  /** What the renewal asks for. */
  seconds: number;
  /** What was granted with the lease as its own maximum; 0 for none. */
  maxTtl?: number;
  /** Above 0 for periodic tokens, which the mount's maximum does not end. */
  period?: number;
}

/**
 * When a renewed lease ends, in epoch milliseconds.
 * @param mount as it is tuned now, not when the lease was issued
 * @throws VaultError 400 when that is over already, as it may be when the mount's maximum was lowered
 */
export function renewedEnd(renewal: Renewal, mount: Pick<Mount, 'config'> | undefined): number {
  const { now, issuedAt, seconds, maxTtl, period } = renewal;
  const cap = lowest(maxTtl, period ? 0 : mountTtls(mount).maxTtl);
  const end = now + seconds * 1_000;
  const latest = cap > 0 ? Math.min(end, issuedAt + cap * 1_000) : end;
  if (latest <= now) throw pastMaxTtl();
  return latest;
}

/**
 * Says that a renewal gives less than it was asked for, if so.
 * @param end when the renewed lease ends, in epoch milliseconds
 */
export function renewalWarnings(now: number, seconds: number, end: number): string[] {
  const granted = Math.round((end - now) / 1_000);
  return granted < seconds ? [capWarning('TTL', seconds, granted)] : [];
}

function capWarning(what: 'TTL' | 'Period', asked: number, granted: number): string {
  const [wish, cap] = [formatDuration(asked), formatDuration(granted)];
  return `${what} of "${wish}" exceeded the effective max_ttl of "${cap}"; ${what} value is capped accordingly`;
}
