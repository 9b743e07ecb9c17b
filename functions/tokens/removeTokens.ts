/** Removes tokens with all that hangs on them: children first, the token itself last (design §4). */

import { removeSecrets } from '../leases/removeSecrets.ts';
import { CHILD_SHARDS } from '../limits.ts';
import { accessorKey, childKey, childrenShard, leaseKey, tokenKey } from '../ports/keys.ts';
import { severalAtOnce } from '../ports/severalAtOnce.ts';
import type { Item, Ref, Store } from '../ports/store.ts';
import { childName, childOf, endlessTokensOf } from './child.ts';
import { removeCubbyhole } from './cubbyhole.ts';
import { type Token, tokenOf } from './token.ts';

/**
 * Removes what is stored of tokens that are unusable already, be it by a mark or by their lineage. It may be
 * interrupted and repeated: whatever still exists is still found.
 */
export async function removeTokens(store: Store, tokens: Token[]): Promise<void> {
  for (const parent of tokens.filter(({ hasChildren }) => hasChildren))
    await removeChildren(store, parent.hash);
  const keepers = tokens.filter(({ hasCubbyhole }) => hasCubbyhole);
  await severalAtOnce(keepers, (token) => removeCubbyhole(store, token));
  // In this order, for each is found by the one after it when this is interrupted.
  await store.deleteMany(tokens.map(({ accessor }) => accessorKey(accessor)));
  await store.deleteMany(tokens.map(({ hash }) => tokenKey(hash)));
  await store.deleteMany(tokens.map(listedAt));
}

/** The entry under which a token is found: its lease, or for want of one the list of tokens without an end. */
function listedAt({ hash, lease, namespaceId }: Token): Ref {
  return lease
    ? leaseKey(lease.mountUuid, lease.path)
    : childKey(endlessTokensOf(namespaceId), childName({ tokenHash: hash }));
}

/** @param parentHash of a token, or the list of a namespace's tokens without an end */
export async function removeChildren(store: Store, parentHash: string): Promise<void> {
  for (let shard = 0; shard < CHILD_SHARDS; shard++) {
    for await (const page of store.pages({ table: 'access', pk: childrenShard(parentHash, shard) })) {
      const children = page.map(childOf);
      const tokenRefs = children.flatMap((child) =>
        'tokenHash' in child ? [tokenKey(child.tokenHash)] : [],
      );
      const leaseRefs = children.flatMap((child) =>
        'lease' in child ? [leaseKey(child.lease.mountUuid, child.lease.path)] : [],
      );
      await removeTokens(store, present((await store.getMany(tokenRefs)).map(tokenOf)));
      await removeSecrets(store, present(await store.getMany(leaseRefs)));
      await store.deleteMany(page.map(({ pk, sk }: Item): Ref => ({ table: 'access', pk, sk })));
    }
  }
}

function present<T>(found: (T | undefined)[]): T[] {
  return found.filter((one) => one !== undefined);
}
