/** Renews a token: its own item and everything that lives as long, in one transaction. */

import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, PRESENT } from '../ports/store.ts';
import { accessorKey, childKey, leaseKey, tokenKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { locateAny } from '../tree/findMount.ts';
import type { Namespace } from '../tree/namespace.ts';
import { childName } from './child.ts';
import { keepCubbyhole } from './cubbyhole.ts';
import { goodToken } from './findToken.ts';
import { leaseNotRenewable } from './leaseErrors.ts';
import { cleanupTime, type Token, type TokenLease } from './token.ts';
import { batchNotRenewable, noLeaseToRenew, tokenNotFound } from './tokenErrors.ts';
import { renewalWarnings, renewedEnd } from './ttl.ts';

export interface Renewed {
  token: Token;
  warnings: string[];
}

/**
 * A renewal never brings back what is revoked, expired or removed, however closely they race: each write demands the
 * item that it extends.
 * @param within the namespace of the request
 * @param increment seconds; 0 for what the token was given when it was created
 * @throws VaultError 400 with one of the texts of contract §6
 */
export function renewToken(deps: Deps, hash: string, within: Namespace, increment: number): Promise<Renewed> {
  return retryContended(async () => {
    const token = await goodToken(deps, hash, within);
    if (!token) throw tokenNotFound();
    if (token.type === 'batch') throw batchNotRenewable();
    if (!token.lease) throw noLeaseToRenew();
    if (!token.renewable) throw leaseNotRenewable();
    const now = deps.clock.now();
    const seconds = token.period || increment || token.creationTtl;
    const { createdAt: issuedAt, maxTtl, period, namespacePath, path } = token;
    const { mount } = await locateAny(deps.store, namespacePath + path);
    const expiresAt = renewedEnd({ now, issuedAt, seconds, maxTtl, period }, mount);
    await extend(deps, token, token.lease, now, expiresAt);
    return {
      token: { ...token, expiresAt, renewedAt: now },
      warnings: renewalWarnings(now, seconds, expiresAt),
    };
  });
}

async function extend(
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
    const othersStand = ![tokenRef, ...indexes].some((ref) => error.failedAt(ref));
    throw othersStand ? noLeaseToRenew() : error;
  }
  if (token.hasCubbyhole) await keepCubbyhole(store, token, ttl);
}
