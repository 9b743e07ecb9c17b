/** Removes tokens with all that hangs on them: children first, the token itself last (architecture §4). */

import { CHILD_SHARDS } from '../limits.ts';
import type { Item, Ref, Store } from '../ports/store.ts';
import { accessorKey, childKey, childrenShard, leaseKey, tokenKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { childName, childOf, endlessTokensOf } from './child.ts';
import { removeCubbyhole } from './cubbyhole.ts';
import { type FoundBy, removeSecrets } from './removeSecrets.ts';
import { type Token, tokenOf } from './token.ts';

/**
 * Removes what is stored of tokens that are unusable already, be it by a mark or by their lineage. It may be
 * interrupted and repeated: whatever still exists is still found.
 */
export async function removeTokens(store: Store, tokens: Token[], foundBy: FoundBy = 'place'): Promise<void> {
  for (const parent of tokens.filter(({ hasChildren }) => hasChildren))
    await removeChildren(store, parent.hash);
  const keepers = tokens.filter(({ hasCubbyhole }) => hasCubbyhole);
  await severalAtOnce(keepers, (token) => removeCubbyhole(store, token));
  // In this order, for each is found by the one after it when this is interrupted.
  await store.deleteMany(tokens.map(({ accessor }) => accessorKey(accessor)));
  const items = tokens.map(({ hash }) => tokenKey(hash));
  const places = tokens.map(listedAt);
  for (const refs of foundBy === 'place' ? [items, places] : [places, items]) await store.deleteMany(refs);
}

/** The entry under which a token is found: its lease, or for want of one the list of tokens without an end. */
function listedAt({ hash, lease, namespaceId }: Token): Ref {
  return lease
    ? leaseKey(lease.mountUuid, lease.path)
    : childKey(endlessTokensOf(namespaceId), childName({ tokenHash: hash }));
}

/**
 * @param parentHash of a token, or the list of a namespace's tokens without an end
 * @param foundBy whether that list is the `place` of what is in it
 */
export async function removeChildren(
  store: Store,
  parentHash: string,
  foundBy: FoundBy = 'holder',
): Promise<void> {
  for (let shard = 0; shard < CHILD_SHARDS; shard++) {
    for await (const page of store.pages({ table: 'access', pk: childrenShard(parentHash, shard) })) {
      const children = page.map(childOf);
      const tokenRefs = children.flatMap((child) =>
        'tokenHash' in child ? [tokenKey(child.tokenHash)] : [],
      );
      const leaseRefs = children.flatMap((child) =>
        'lease' in child ? [leaseKey(child.lease.mountUuid, child.lease.path)] : [],
      );
      const accessors = new Set(children.map((child) => 'accessor' in child && child.accessor));
      const found = present((await store.getMany(tokenRefs)).map(tokenOf));
      const tokens = found.filter(({ accessor }) => accessors.has(accessor));
      await removeTokens(store, tokens, foundBy);
      await removeSecrets(store, present(await store.getMany(leaseRefs)), foundBy);
      await store.deleteMany(page.map(({ pk, sk }: Item): Ref => ({ table: 'access', pk, sk })));
    }
  }
}

function present<T>(found: (T | undefined)[]): T[] {
  return found.filter((one) => one !== undefined);
}
