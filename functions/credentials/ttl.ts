/**
 * How long a lease lives: what the request asks for, the default of the mount, and the maximums that apply (contract
 * §6).
 */

import { shortDuration } from '../http/duration.ts';
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
  /** The own maximum in seconds, in addition to that of the mount; 0 is without limit. */
  maxTtl: number;
  warnings: string[];
}

/** @param mount without one, the defaults of the system apply */
export function grantTtl(
  { ttl, maxTtl, period, explicitMaxTtl }: TtlWish,
  mount: Pick<Mount, 'config'> | undefined,
): TtlGrant {
  const limits = mountTtls(mount);
  const asked = period || ttl || limits.defaultTtl;
  const own = lesser(explicitMaxTtl, maxTtl);
  const granted = lesser(asked, own, limits.maxTtl);
  const warnings = granted < asked ? [capWarning(period ? 'period' : 'TTL', asked, granted)] : [];
  return { ttl: granted, maxTtl: own, warnings };
}

/** The least of the numbers that are set, where 0 is "not set"; 0 if none is. */
export function lesser(...caps: (number | undefined)[]): number {
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
  /** The part of it that the request for the token asked for; 0 for none. */
  explicitMaxTtl?: number;
  /** Whether the token is periodic: then only that part is of its whole life, and other maximums are of each period. */
  isPeriodic?: boolean;
}

export interface RenewalGrant {
  /** Epoch milliseconds. */
  expiresAt: number;
  warnings: string[];
}

/**
 * When a renewed lease ends, with a warning when that is less than was asked for.
 * @param mount as it is tuned now, not when the lease was issued
 * @returns nothing when the end is in the past, as it may be when a maximum was lowered
 */
export function grantRenewal(
  renewal: Renewal,
  mount: Pick<Mount, 'config'> | undefined,
): RenewalGrant | undefined {
  const { now, issuedAt, seconds, maxTtl, explicitMaxTtl, isPeriodic = false } = renewal;
  const mountMax = mountTtls(mount).maxTtl;
  const asked = isPeriodic ? lesser(seconds, maxTtl, mountMax) : seconds;
  const warnings = asked < seconds ? [capWarning('period', seconds, asked)] : [];
  const cap = isPeriodic ? lesser(explicitMaxTtl) : lesser(maxTtl, mountMax);
  const end = now + asked * 1_000;
  const expiresAt = cap > 0 ? Math.min(end, issuedAt + cap * 1_000) : end;
  if (expiresAt <= now) return undefined;
  const granted = Math.round((expiresAt - now) / 1_000);
  if (granted < asked) warnings.push(capWarning('TTL', asked, granted));
  return { expiresAt, warnings };
}

/**
 * The whole seconds until an end, as Vault tells them: the end itself is rounded down, the present to the nearest second.
 * @param expiresAt epoch milliseconds
 * @param now epoch milliseconds
 */
export function secondsLeft(expiresAt: number, now: number): number {
  const present = Math.round(now / 1_000) * 1_000;
  return Math.max(0, Math.floor((expiresAt - present) / 1_000));
}

function capWarning(what: 'TTL' | 'period', asked: number, granted: number): string {
  const [wish, cap] = [shortDuration(asked), shortDuration(granted)];
  return `${what} of "${wish}" exceeded the effective max_ttl of "${cap}"; ${what} value is capped accordingly`;
}
