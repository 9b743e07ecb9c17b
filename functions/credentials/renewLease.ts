/** Renews the lease of a secret, with all that lives as long. */

import type { Deps } from '../ports/deps.ts';
import type { Expected, Update } from '../ports/store.ts';
import { PRESENT } from '../ports/store.ts';
import { childKey, leaseKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import type { Namespace } from '../tree/namespace.ts';
import { childName, leaseChild } from './child.ts';
import { type FoundLease, findLease } from './findLease.ts';
import type { Lease } from './lease.ts';
import { leaseExpired, leaseNotFound, leaseNotRenewable, tokensRenewElsewhere } from './leaseErrors.ts';
import { cleanupTime } from './token.ts';
import { renewalWarnings, renewedEnd } from './ttl.ts';
import { usableLeases } from './usableLeases.ts';

/**
 * A renewal never brings back what is revoked, expired or removed: each write demands the item that it extends.
 * @param within the namespace of the request
 * @param increment seconds; 0 for what the lease was given when it was issued
 * @throws VaultError 400 with one of the texts of contract §7
 */
export function renewLease(
  deps: Deps,
  id: string,
  within: Namespace,
  increment: number,
): Promise<{ lease: Lease; warnings: string[] }> {
  return retryContended(async () => {
    const { lease, mount } = await renewable(deps, id, within);
    const now = deps.clock.now();
    const seconds = increment || lease.grantedTtl;
    const expiresAt = renewedEnd({ now, issuedAt: lease.issuedAt, seconds }, mount);
    await deps.store.commit(extensions(lease, now, expiresAt));
    return {
      lease: { ...lease, expiresAt, renewedAt: now },
      warnings: renewalWarnings(now, seconds, expiresAt),
    };
  });
}

async function renewable(
  deps: Deps,
  id: string,
  within: Namespace,
): Promise<Pick<FoundLease, 'mount'> & { lease: Lease }> {
  const found = await findLease(deps, id, within);
  if (!found) throw leaseNotFound();
  const [lease] = await usableLeases(deps, [found.item]);
  if (!lease) throw (found.item.expiresAt as number) <= deps.clock.now() ? leaseExpired() : leaseNotFound();
  if (!lease.renewable) throw leaseNotRenewable();
  if (lease.kind === 'token') throw tokensRenewElsewhere();
  return { ...found, lease };
}

function extensions(lease: Lease, now: number, expiresAt: number): Update[] {
  const ttl = cleanupTime(expiresAt);
  const alive: Expected = { expiresAt: { above: now }, revoked: { absent: true } };
  const holder = childKey(lease.tokenHash, childName(leaseChild(lease)));
  return [
    {
      update: leaseKey(lease.mountUuid, lease.path),
      set: { expiresAt, renewedAt: now, ttl },
      if: alive,
    },
    { update: holder, set: { ttl }, if: PRESENT },
    ...lease.owns.map((ref): Update => {
      return { update: ref, set: { expiresAt, ttl }, if: { expiresAt: { present: true } } };
    }),
  ];
}
