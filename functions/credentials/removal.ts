/**
 * Removes what is stored of tokens and leases that are no longer valid, with everything below them (architecture §4).
 *
 * The order is the same everywhere: first what is below or owned, last the item by which the rest is found. A removal
 * may be interrupted and repeated, since what still exists is still found.
 */

import type { Item, Ref, Store } from '../ports/store.ts';
import { accessorKey, childKey, leaseKey, tokenKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { childName, childOf, childPages, leaseChild, nonExpiringTokensOf } from './child.ts';
import { removeCubbyhole } from './cubbyhole.ts';
import { endingOf, isLease } from './lease.ts';
import { type Token, tokenOf } from './token.ts';

/**
 * How the removal found something: by the place where it is listed itself, such as a lease under its mount, or by the
 * index of its parent. The one it was found by is removed last.
 */
type FoundBy = 'place' | 'parent';

/**
 * Removes leases that are no longer valid: of secrets with what they own, of tokens with the tokens.
 * @param items items of the `leases` table
 * @throws TypeError when one of them is no lease; then nothing is removed
 */
export async function removeLeases(store: Store, items: Item[]): Promise<void> {
  if (!items.every(isLease)) throw new TypeError('one of the items is not a lease');
  await removeSecrets(
    store,
    items.filter(({ kind }) => kind === 'secret'),
  );
  const ofTokens = items.filter(({ kind }) => kind === 'token');
  const refs = ofTokens.map((item) => tokenKey(endingOf(item).tokenHash));
  const missing = await removeTokensAt(store, refs);
  await store.deleteMany(ofTokens.map(({ pk, sk }): Ref => ({ table: 'leases', pk, sk })));
  // The read may have been in the middle of the transaction that issues the token. The deletion waited for its end.
  await removeTokensAt(store, missing);
}

/** @returns where no token was found */
async function removeTokensAt(store: Store, refs: Ref[]): Promise<Ref[]> {
  const found = (await store.getMany(refs)).map(tokenOf);
  await removeTokens(
    store,
    found.filter((token) => token !== undefined),
  );
  return refs.filter((_, i) => found[i] === undefined);
}

/**
 * Removes leases of secrets with what they own. If they were found by their parents, the entries in that index are
 * left: the caller removes them afterwards.
 * @param items items of the `leases` table
 * @throws TypeError when one of them is no lease; then nothing is removed
 */
export async function removeSecrets(store: Store, items: Item[], foundBy: FoundBy = 'place'): Promise<void> {
  const endings = items.map(endingOf);
  const owned = endings.flatMap(({ owns }) => owns);
  const entries = endings.map((lease) => childKey(lease.tokenHash, childName(leaseChild(lease))));
  await store.deleteMany(foundBy === 'place' ? [...owned, ...entries] : owned);
  await store.deleteMany(items.map(({ pk, sk }): Ref => ({ table: 'leases', pk, sk })));
}

/** Removes tokens that are no longer valid, with their children. */
export async function removeTokens(store: Store, tokens: Token[], foundBy: FoundBy = 'place'): Promise<void> {
  for (const parent of tokens.filter(({ hasChildren }) => hasChildren))
    await removeChildren(store, parent.hash);
  const keepers = tokens.filter(({ hasCubbyhole }) => hasCubbyhole);
  await severalAtOnce(keepers, (token) => removeCubbyhole(store, token));
  await store.deleteMany(tokens.map(({ accessor }) => accessorKey(accessor)));
  const items = tokens.map(({ hash }) => tokenKey(hash));
  const places = tokens.map(listedAt);
  for (const refs of foundBy === 'place' ? [items, places] : [places, items]) await store.deleteMany(refs);
}

/** Where a token is listed: its lease, or for one that never expires the list of those. */
function listedAt({ hash, lease, namespaceId }: Token): Ref {
  return lease
    ? leaseKey(lease.mountUuid, lease.path)
    : childKey(nonExpiringTokensOf(namespaceId), childName({ tokenHash: hash }));
}

/**
 * Removes the children of a token, and their entries in its index.
 * @param parentHash of a token, or the list of a namespace's tokens that never expire
 * @param foundBy `place` for that list, where its tokens are listed
 */
export async function removeChildren(
  store: Store,
  parentHash: string,
  foundBy: FoundBy = 'parent',
): Promise<void> {
  for await (const page of childPages(store, parentHash)) {
    const children = page.map(childOf);
    const tokenRefs = children.flatMap((child) => ('tokenHash' in child ? [tokenKey(child.tokenHash)] : []));
    const leaseRefs = children.flatMap((child) =>
      'lease' in child ? [leaseKey(child.lease.mountUuid, child.lease.path)] : [],
    );
    const accessors = new Set(children.map((child) => 'accessor' in child && child.accessor));
    const found = present((await store.getMany(tokenRefs)).map(tokenOf));
    const tokens = found.filter(({ accessor }) => accessors.has(accessor));
    await removeTokens(store, tokens, foundBy);
    await removeSecrets(store, present(await store.getMany(leaseRefs)), foundBy);
    await store.deleteMany(page.map(({ pk, sk }): Ref => ({ table: 'access', pk, sk })));
  }
}

function present<T>(found: (T | undefined)[]): T[] {
  return found.filter((one) => one !== undefined);
}
