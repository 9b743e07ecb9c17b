/** Removes leases with all that ends with them: of secrets what they own, of tokens the tokens. */

import type { Item, Ref, Store } from '../ports/store.ts';
import { tokenKey } from '../store/keys.ts';
import { endingOf, isLease } from './lease.ts';
import { removeSecrets } from './removeSecrets.ts';
import { removeTokens } from './removeTokens.ts';
import { tokenOf } from './token.ts';

/**
 * Removes leases that are unusable already or become so by this, so that an interrupted removal is found and finished
 * by the next.
 * @param items items of the `leases` table
 * @throws TypeError when one of them is no lease; the others are untouched
 */
export async function removeLeases(store: Store, items: Item[]): Promise<void> {
  if (!items.every(isLease)) throw new TypeError('one of the items is not a lease');
  await removeSecrets(
    store,
    items.filter(({ kind }) => kind === 'secret'),
  );
  const ofTokens = items.filter(({ kind }) => kind === 'token');
  const refs = ofTokens.map((item) => tokenKey(endingOf(item).tokenHash));
  const missing = await removeAt(store, refs);
  await store.deleteMany(ofTokens.map(({ pk, sk }): Ref => ({ table: 'leases', pk, sk })));
  // The batch may have come in the middle of the transaction that issues the token; the deletion waited for its end.
  await removeAt(store, missing);
}

/** @returns where no token was found */
async function removeAt(store: Store, refs: Ref[]): Promise<Ref[]> {
  const found = (await store.getMany(refs)).map(tokenOf);
  await removeTokens(
    store,
    found.filter((token) => token !== undefined),
  );
  return refs.filter((_, i) => found[i] === undefined);
}
