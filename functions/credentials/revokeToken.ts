/** Revokes one token and everything below it. */

import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, PRESENT, type Store } from '../ports/store.ts';
import { tokenKey } from '../store/keys.ts';
import { removeTokens } from './removeTokens.ts';
import { type Token, tokenOf } from './token.ts';

/**
 * From the first write on, the token and all it created are unusable; removing what is stored follows. Revoking what
 * is gone already is no error.
 */
export async function revokeToken(
  { store }: Pick<Deps, 'store'>,
  { hash }: Pick<Token, 'hash'>,
): Promise<void> {
  const token = await markRevoked(store, hash);
  if (token) await removeTokens(store, [token]);
}

/** Makes a token and all it created unusable by one write; nothing when it is gone already. */
export async function markRevoked(store: Store, hash: string): Promise<Token | undefined> {
  try {
    return tokenOf(await store.update({ update: tokenKey(hash), set: { revoked: true }, if: PRESENT }));
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    return undefined;
  }
}
