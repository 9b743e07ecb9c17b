/**
 * Renews a token or the lease of a secret, with everything that lives as long, in one transaction.
 *
 * A renewal never brings back what is revoked, expired or removed, even in a race with its removal: each write demands
 * that the item it extends exists.
 */

import { goQuote, refusal, type VaultError, wrapped } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Expected, PRESENT, type Update } from '../ports/store.ts';
import { accessorKey, childKey, leaseKey, tokenKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import type { BuiltinMount } from '../tree/builtin.ts';
import { locateAny } from '../tree/findMount.ts';
import { type Mount, mountTtls } from '../tree/mount.ts';
import { type MountTypes, mountTypeNamed } from '../tree/mountType.ts';
import type { Namespace } from '../tree/namespace.ts';
import { childName, leaseChild } from './child.ts';
import { keepCubbyhole } from './cubbyhole.ts';
import { notRenewable, renewalRefused } from './errors.ts';
import { type FoundLease, findLease, usableLeases } from './findLeases.ts';
import { usableToken } from './findToken.ts';
import { type Lease, lastLeaseGrant } from './lease.ts';
import { cleanupTime, lastTokenGrant, type Token, type TokenLease } from './token.ts';
import { findTokenRole } from './tokenRole.ts';
import { grantRenewal, lesser } from './ttl.ts';

/** Wrapped for a token, bare for the lease of a secret, as in Vault. */
const PAST_MAXIMUM = 'past the max TTL, cannot renew';

interface Renewed {
  token: Token;
  warnings: string[];
}

/**
 * Renews a token by its hash.
 * @param types of the mounts that may have issued it
 * @param within the namespace of the request
 * @param increment seconds; 0 where the request asks for none
 * @returns nothing if the token stays as it is
 * @throws VaultError 400 with one of the texts of contract §6
 */
export function renewToken(
  deps: Deps,
  types: MountTypes,
  hash: string,
  within: Namespace,
  increment: number,
): Promise<Renewed | undefined> {
  return retryContended(async () => {
    const token = await usableToken(deps, hash, within);
    if (!token) throw refusal('token not found');
    if (token.type === 'batch') throw refusal('batch tokens cannot be renewed');
    if (!token.lease || !token.renewable) throw notRenewable();
    const now = deps.clock.now();
    const { mount } = await locateAny(deps.store, token.namespacePath + token.path);
    const limits = await limitsOf(deps, token, mount, types);
    if (!limits) return undefined;
    const { period, ttl, ...maximums } = limits;
    const seconds = period || increment || ttl;
    const renewal = { now, issuedAt: token.createdAt, seconds, ...maximums, isPeriodic: period > 0 };
    const granted = grantRenewal(renewal, mount);
    if (!granted) throw wrapped(400, PAST_MAXIMUM);
    const { expiresAt, warnings } = granted;
    await extendToken(deps, token, token.lease, now, expiresAt);
    return { token: { ...token, expiresAt, renewedAt: now }, warnings };
  });
}

/** In seconds; 0 is "not set". */
type TokenLimits = Pick<Token, 'period' | 'maxTtl' | 'explicitMaxTtl'> & { ttl: number };

/**
 * What the token may get. The user or role that it belongs to counts as it is now, together with what the request for
 * the token asked. Without an increment, `auth/token` repeats its last grant.
 * @returns nothing if the token stays as it is
 * @throws VaultError 400 when a role was deleted, or the policies of a user have changed
 */
async function limitsOf(
  deps: Deps,
  token: Token,
  mount: Mount | BuiltinMount | undefined,
  types: MountTypes,
): Promise<TokenLimits | undefined> {
  const { explicitMaxTtl, policies } = token;
  const renewal = mount && mountTypeNamed(types, mount.type)?.renewal;
  if (!renewal) return { ...(await limitsByTokenRole(deps, token)), ttl: lastTokenGrant(token) };
  const limits = await renewal(deps, { mount: mount as Mount, meta: token.meta ?? {}, policies });
  if (!limits) return undefined;
  const { ttl, maxTtl, period } = limits;
  const granted = ttl || mountTtls(mount).defaultTtl;
  return { period, ttl: granted, maxTtl: lesser(explicitMaxTtl, maxTtl), explicitMaxTtl };
}

async function limitsByTokenRole(
  deps: Deps,
  { period, maxTtl, explicitMaxTtl, namespaceId, role: name }: Token,
): Promise<Omit<TokenLimits, 'ttl'>> {
  if (name === undefined) return { period, maxTtl, explicitMaxTtl };
  const role = await findTokenRole(deps, namespaceId, name);
  if (!role) throw renewalRefused(`original token role ${goQuote(name)} could not be found, not renewing`);
  const max = lesser(explicitMaxTtl, role.token.token_explicit_max_ttl);
  return { period: lesser(period, role.token.token_period), maxTtl: max, explicitMaxTtl: max };
}

async function extendToken(
  { store }: Deps,
  token: Token,
  lease: TokenLease,
  now: number,
  expiresAt: number,
): Promise<void> {
  const ttl = cleanupTime(expiresAt) as number;
  const absent = { absent: true } as const;
  const times = { expiresAt, renewedAt: now, ttl };
  const parent = token.lineage.tokens.at(-1);
  const leaseRef = leaseKey(lease.mountUuid, lease.path);
  const tokenRef = tokenKey(token.hash);
  const indexes = [accessorKey(token.accessor)];
  if (parent !== undefined) indexes.push(childKey(parent, childName({ tokenHash: token.hash })));
  try {
    await store.commit([
      {
        update: leaseRef,
        set: times,
        if: PRESENT,
      },
      {
        update: tokenRef,
        set: times,
        if: {
          expiresAt: { above: now },
          revoked: absent,
          retired: absent,
          hasCubbyhole: token.hasCubbyhole ?? absent,
        },
      },
      ...indexes.map((ref) => ({ update: ref, set: { ttl }, if: PRESENT })),
    ]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const onlyTheLease = ![tokenRef, ...indexes].some((ref) => error.failedAt(ref));
    throw onlyTheLease ? noLeaseToRenew() : error;
  }
  if (token.hasCubbyhole) await keepCubbyhole(store, token, ttl);
}

/**
 * Renews the lease of a secret by its id.
 * @param types of the mounts that may have issued it
 * @param within the namespace of the request
 * @param increment seconds; 0 for what the secret says
 * @throws VaultError 400 with one of the texts of contract §7
 */
export function renewLease(
  deps: Deps,
  types: MountTypes,
  id: string,
  within: Namespace,
  increment: number,
): Promise<{ lease: Lease; warnings: string[] }> {
  return retryContended(async () => {
    const { lease, mount } = await renewableLease(deps, id, within);
    const ttl = await ttlBySecret(deps, lease, mount, types);
    const now = deps.clock.now();
    const seconds = increment || ttl || mountTtls(mount).defaultTtl;
    const granted = grantRenewal({ now, issuedAt: lease.issuedAt, seconds }, mount);
    if (!granted) throw refusal(PAST_MAXIMUM);
    const { expiresAt, warnings } = granted;
    await deps.store.commit(leaseExtensions(lease, now, expiresAt));
    return { lease: { ...lease, expiresAt, renewedAt: now }, warnings };
  });
}

/**
 * What the secret says now, in seconds; 0 is "not set". A lease whose engine says nothing repeats its last grant.
 * @throws VaultError 400 for a secret whose lease is not to be renewed
 */
async function ttlBySecret(
  deps: Deps,
  lease: Lease,
  mount: Mount | undefined,
  types: MountTypes,
): Promise<number> {
  const renewal = mount && mountTypeNamed(types, mount.type)?.leaseRenewal;
  if (!renewal) return lastLeaseGrant(lease);
  const path = lease.path.slice(0, lease.path.lastIndexOf('/'));
  return renewal(deps, { mount, path });
}

async function renewableLease(
  deps: Deps,
  id: string,
  within: Namespace,
): Promise<Pick<FoundLease, 'mount'> & { lease: Lease }> {
  const found = await findLease(deps, id, within);
  if (!found) throw leaseNotFound();
  const [lease] = await usableLeases(deps, [found.item]);
  if (!lease) {
    const isExpired = (found.item.expiresAt as number) <= deps.clock.now();
    throw isExpired ? refusal('lease expired') : leaseNotFound();
  }
  if (!lease.renewable) throw notRenewable();
  if (lease.kind === 'token') throw refusal('tokens cannot be renewed through this endpoint');
  return { ...found, lease };
}

function leaseExtensions(lease: Lease, now: number, expiresAt: number): Update[] {
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

function noLeaseToRenew(): VaultError {
  return refusal('invalid lease ID');
}

function leaseNotFound(): VaultError {
  return refusal('lease not found');
}
