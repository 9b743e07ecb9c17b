/** The storage of a token: what is in it lives as long as the token, and goes with it. */

import { notAuthenticated } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import {
  ConditionFailed,
  type Item,
  type PlacedItem,
  type Range,
  type Ref,
  type Store,
} from '../ports/store.ts';
import { cubbyholePartition, tokenKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { isUpheld } from './findToken.ts';
import { cleanupTime, type Token, tokenOf } from './token.ts';

type Owner = Pick<Token, 'hash' | 'accessor'>;

/**
 * Writes an item and, in the same transaction, the token's mark that it has such. Nothing is stored for a token whose
 * revocation began, and nothing with an end that a renewal has moved meanwhile. A token that is cut off by what it hangs
 * on may have been swept away just before the mark, so what was written is taken back then (as in `withdrawIfCut`).
 * @param owner the token as it was when the request was let in
 * @throws VaultError 403 when the token is gone, or cut off
 */
export async function putInCubbyhole(
  deps: Pick<Deps, 'store' | 'clock'>,
  owner: Token,
  item: PlacedItem,
): Promise<void> {
  await put(deps.store, owner, item);
  if (await isUpheld(deps, owner)) return;
  await deps.store.deleteMany([item]);
  throw notAuthenticated();
}

function put(store: Store, { hash, accessor }: Owner, item: PlacedItem): Promise<void> {
  return retryContended(async () => {
    const key = tokenKey(hash);
    const token = tokenOf(await store.get(key));
    if (token?.accessor !== accessor || token.revoked) throw notAuthenticated();
    const absent = { absent: true } as const;
    const unmoved = { accessor, revoked: absent, expiresAt: token.expiresAt ?? absent };
    await store.commit([
      { update: key, set: { hasCubbyhole: true }, if: unmoved },
      { put: { ...item, ttl: cleanupTime(token.expiresAt) } },
    ]);
  });
}

/** Lets what a token has stored live as long as the renewed token; `ttl` is when DynamoDB may drop it, epoch seconds. */
export async function keepCubbyhole(store: Store, owner: Owner, ttl: number): Promise<void> {
  for await (const page of store.pages(itemsOf(owner)))
    await severalAtOnce(page, (item) => keep(store, item, ttl));
}

async function keep(store: Store, { pk, sk }: Item, ttl: number): Promise<void> {
  try {
    const update: Ref = { table: 'storage', pk, sk };
    await store.commit([{ update, set: { ttl }, if: { ttl: { below: ttl } } }]);
  } catch (error) {
    // Deleted in between, or kept longer by a renewal that came after this one.
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

export async function removeCubbyhole(store: Store, owner: Owner): Promise<void> {
  for await (const page of store.pages(itemsOf(owner))) {
    await store.deleteMany(page.map(({ pk, sk }): Ref => ({ table: 'storage', pk, sk })));
  }
}

function itemsOf({ accessor }: Owner): Range {
  return { table: 'storage', pk: cubbyholePartition(accessor), attributes: [] };
}
