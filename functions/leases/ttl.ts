/** How long a lease may live: what was asked for, the mount's default, and every cap above it (contract §6). */

import { formatDuration } from '../http/duration.ts';
import { SYSTEM_MAX_TTL_S } from '../limits.ts';
import type { Mount } from '../mounts/mount.ts';

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
  /** Seconds after the issue that no renewal may pass; 0 is without limit, as for periodic tokens. */
  maxTtl: number;
  warnings: string[];
}

/** The effective limits of a mount, in seconds; a built-in mount has the system's. */
export function mountTtls(mount: Pick<Mount, 'config'> | undefined): { defaultTtl: number; maxTtl: number } {
  const maxTtl = mount?.config.maxLeaseTtl || SYSTEM_MAX_TTL_S;
  return { defaultTtl: mount?.config.defaultLeaseTtl || Math.min(SYSTEM_MAX_TTL_S, maxTtl), maxTtl };
}

export function grantTtl(
  { ttl, maxTtl, period, explicitMaxTtl }: TtlWish,
  mount: Mount | undefined,
): TtlGrant {
  const limits = mountTtls(mount);
  const periodic = Math.min(period ?? 0, SYSTEM_MAX_TTL_S);
  const asked = periodic || ttl || limits.defaultTtl;
  const caps = [explicitMaxTtl, ...(period ? [] : [maxTtl, limits.maxTtl])].filter(
    (cap) => cap !== undefined && cap > 0,
  );
  const cap = caps.length > 0 ? Math.min(...(caps as number[])) : 0;
  const granted = cap > 0 ? Math.min(asked, cap) : asked;
  const warnings = (ttl || period) && granted < asked ? [capWarning('TTL', asked, granted)] : [];
  if (period && periodic < period) warnings.unshift(capWarning('Period', period, periodic));
  return { ttl: granted, maxTtl: cap, warnings };
}

/**
 * When a renewed lease ends, in epoch milliseconds.
 * @param seconds what the renewal asks for
 */
export function renewedEnd(now: number, issuedAt: number, seconds: number, maxTtl: number): number {
  const end = now + seconds * 1_000;
  return maxTtl > 0 ? Math.min(end, issuedAt + maxTtl * 1_000) : end;
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
