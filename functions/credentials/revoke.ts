/** Revokes what a request names: one token, one lease, or all leases below a path (contract §6, §7). */

import { goQuote, refusal } from '../http/errors.ts';
import { REVOKE_BATCH } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item, PRESENT, type Store, StoreBusy } from '../ports/store.ts';
import { tokenKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { namespaceIdIn } from '../tree/findNamespace.ts';
import type { Namespace } from '../tree/namespace.ts';
import { isLease, leaseOf } from './lease.ts';
import { type LeaseRange, leasePages, leaseRanges } from './leaseRanges.ts';
import { SHARDS } from './leaseShards.ts';
import { removeLeases, removeTokens } from './removal.ts';
import { type Token, tokenOf } from './token.ts';

/**
 * Revokes a token with its children. The first write makes all of them invalid; what is stored is removed after it.
 * Revoking a token that is deleted already is no error.
 */
export async function revokeToken(
  { store }: Pick<Deps, 'store'>,
  { hash }: Pick<Token, 'hash'>,
): Promise<void> {
  const token = await markRevoked(store, hash);
  if (token) await removeTokens(store, [token]);
}

/**
 * Makes a token and its children invalid, by one write.
 * @returns nothing when the token is deleted already
 */
export async function markRevoked(store: Store, hash: string): Promise<Token | undefined> {
  try {
    return tokenOf(await store.update({ update: tokenKey(hash), set: { revoked: true }, if: PRESENT }));
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return undefined;
  }
}

/**
 * Revokes leases. They are made invalid before anything is removed: tokens by their mark, secrets because what they own
 * is removed first. The leases themselves are removed last, so a repeated revocation finishes an interrupted one.
 * @param items items of the `leases` table
 * @param force whether a lease that cannot be revoked is deleted instead
 * @throws VaultError 400 that names the first lease whose record is damaged; all others are revoked by then
 */
export async function revokeLeaseItems(store: Store, items: Item[], force = false): Promise<void> {
  const whole = items.filter(isLease);
  const tokens = whole.map(leaseOf).filter(({ kind }) => kind === 'token');
  await severalAtOnce(tokens, ({ tokenHash }) => markRevoked(store, tokenHash));
  const broken = items.filter((item) => !whole.includes(item));
  if (force) {
    const dropped = [...broken, ...(await removeWhatCan(store, whole))];
    return store.deleteMany(dropped.map(({ pk, sk }) => ({ table: 'leases', pk, sk })));
  }
  await removeLeases(store, whole);
  const [damaged] = broken;
  if (!damaged) return;
  const what = `failed to revoke ${goQuote(nameOf(damaged))} (${items.indexOf(damaged) + 1} / ${items.length})`;
  throw refusal(`${what}: failed to revoke entry: the record of the lease is damaged`);
}

/** @returns the leases whose removal failed; all others are removed */
async function removeWhatCan(store: Store, leases: Item[]): Promise<Item[]> {
  try {
    await removeLeases(store, leases);
    return [];
  } catch (error) {
    if (error instanceof StoreBusy) throw error;
    if (leases.length === 1) return leases;
    const failed: Item[] = [];
    for (const lease of leases) failed.push(...(await removeWhatCan(store, [lease])));
    return failed;
  }
}

function nameOf({ id, sk }: Item): string {
  return typeof id === 'string' ? id : sk;
}

export interface PrefixRevocation {
  namespace: Namespace;
  /** Ends in a slash. */
  path: string;
  /** As in `revokeLeaseItems`. */
  force: boolean;
  /** Epoch milliseconds after which no further leases are begun. */
  until: number;
}

/**
 * Revokes all leases whose ids begin with a path. What another namespace has issued and could not revoke is not valid any more, and
 * stays in the list of its migration: it is dropped from there only (R10).
 * @returns false when there was no time for all of them
 */
export async function revokePrefix(deps: Deps, order: PrefixRevocation): Promise<boolean> {
  const { store, clock } = deps;
  const ranges = await leaseRanges(deps, order.namespace, order.path, true);
  let done = true;
  const revokeShard = async (range: LeaseRange, shard: number): Promise<void> => {
    for await (const all of leasePages(store, range, shard)) {
      const page = all.filter(({ irrevocable, sk }) => {
        return irrevocable === undefined || namespaceIdIn(sk) === order.namespace.id;
      });
      for (let i = 0; i < page.length; i += REVOKE_BATCH) {
        done &&= clock.now() < order.until;
        if (!done) return;
        await revokeLeaseItems(store, page.slice(i, i + REVOKE_BATCH), order.force);
      }
    }
  };
  for (const range of ranges) {
    if (done) await severalAtOnce(SHARDS, (shard) => revokeShard(range, shard));
  }
  return done;
}
