/** The storage of a token: its items live as long as the token, and are removed with it. */

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
import { cleanupTime, type Token, tokenOf } from './token.ts';
import { hasCurrentLineage } from './tokenValidity.ts';

type Owner = Pick<Token, 'hash' | 'accessor'>;

/**
 * Writes an item and, in the same transaction, marks the token as one that has items. Nothing is stored for a token
 * that is revoked, nor with an end that a renewal has changed meanwhile. A token whose parent is revoked may have been
 * swept just before the mark, so the token is checked again, and the item deleted if it is no longer valid (as in
 * `withdrawIfRevoked`).
 * @param owner the token as it was when the request was authenticated
 * @throws VaultError 403 when the token is deleted or revoked
 */
export async function putInCubbyhole(
  deps: Pick<Deps, 'store' | 'clock'>,
  owner: Token,
  item: PlacedItem,
): Promise<void> {
  await put(deps.store, owner, item);
  if (await hasCurrentLineage(deps, owner)) return;
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

/**
 * Lets the items of a token live as long as the renewed token.
 * @param ttl when DynamoDB may delete them, epoch seconds
 */
export async function keepCubbyhole(store: Store, owner: Owner, ttl: number): Promise<void> {
  for await (const page of store.pages(itemsOf(owner)))
    await severalAtOnce(page, (item) => keep(store, item, ttl));
}

async function keep(store: Store, { pk, sk }: Item, ttl: number): Promise<void> {
  try {
    const update: Ref = { table: 'storage', pk, sk };
    await store.commit([{ update, set: { ttl }, if: { ttl: { below: ttl } } }]);
  } catch (error) {
    // Deleted meanwhile, or extended further by a later renewal.
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

/** Removes all items of a token. */
export async function removeCubbyhole(store: Store, owner: Owner): Promise<void> {
  for await (const page of store.pages(itemsOf(owner))) {
    await store.deleteMany(page.map(({ pk, sk }): Ref => ({ table: 'storage', pk, sk })));
  }
}

function itemsOf({ accessor }: Owner): Range {
  return { table: 'storage', pk: cubbyholePartition(accessor), attributes: [] };
}
