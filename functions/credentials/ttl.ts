/**
 * How long a lease lives: what the request asks for, the default of the mount, and the maximums that apply (contract
 * §6).
 */

import { formatDuration } from '../http/duration.ts';
import { refusal } from '../http/errors.ts';
import { SYSTEM_MAX_TTL_S } from '../limits.ts';
import { type Mount, mountTtls } from '../tree/mount.ts';

/** All in seconds; 0 or absent is "not set". */
export interface TtlWish {
  ttl?: number | undefined;
  maxTtl?: number | undefined;
  period?: number | undefined;
  explicitMaxTtl?: number | undefined;
}

export interface TtlGrant {
  /** Seconds. */
  ttl: number;
  /** Seconds after the issue beyond which no renewal goes, in addition to the mount's maximum; 0 is without limit. */
  maxTtl: number;
  warnings: string[];
}

/** @param mount without one, the defaults of the system apply */
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

/** The lowest of the numbers that are set; 0 if none is. */
function lowest(...caps: (number | undefined)[]): number {
  const set = caps.filter((cap) => cap !== undefined && cap > 0) as number[];
  return set.length > 0 ? Math.min(...set) : 0;
}

/** What is renewed; times are epoch milliseconds, durations are seconds. */
export interface Renewal {
  now: number;
  issuedAt: number;
  /** What the renewal asks for. */
  seconds: number;
  /** The maximum that was granted with the lease; 0 for none. */
  maxTtl?: number;
  /** Above 0 for periodic tokens, to which the mount's maximum does not apply. */
  period?: number;
}

/**
 * When a renewed lease ends, in epoch milliseconds.
 * @param mount as it is tuned now, not when the lease was issued
 * @throws VaultError 400 when that is in the past, as it may be when the mount's maximum was lowered
 */
export function renewedEnd(renewal: Renewal, mount: Pick<Mount, 'config'> | undefined): number {
  const { now, issuedAt, seconds, maxTtl, period } = renewal;
  const cap = lowest(maxTtl, period ? 0 : mountTtls(mount).maxTtl);
  const end = now + seconds * 1_000;
  const latest = cap > 0 ? Math.min(end, issuedAt + cap * 1_000) : end;
  if (latest <= now) throw refusal('past the max TTL, cannot renew');
  return latest;
}

/**
 * A warning when a renewal grants less than was asked for.
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
