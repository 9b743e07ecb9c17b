/** Finds the token that a request is about. A token is found only in the namespace of the request and below (R10). */

import type { Schema } from '../http/fields.ts';
import type { Call } from '../http/route.ts';
import { MAX_ACCESSOR_LENGTH } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { accessorKey, tokenKey } from '../store/keys.ts';
import { namespaceWithin } from '../tree/findNamespace.ts';
import { type Namespace, requireUnlocked } from '../tree/namespace.ts';
import { type Token, tokenOf } from './token.ts';
import { isValid } from './tokenValidity.ts';

/** The field in which a request names a token. */
export const TOKEN_FIELD = { token: 'string' } as const;

/** The token of the request itself. */
export function ownToken<S extends Schema>({ caller }: Call<S>): Token {
  if (!caller) throw new TypeError('the route needs no token');
  return caller.token;
}

/** The token with this hash as it is stored, valid or not, for its revocation: no lock stops that. */
export async function tokenToRevoke(
  deps: Pick<Deps, 'store'>,
  hash: string,
  within: Namespace,
): Promise<Token | undefined> {
  return (await storedToken(deps, hash, within))?.token;
}

/**
 * The token with this hash, if requests may still be made with it.
 * @throws VaultError 503 for one of a locked namespace
 */
export async function usableToken(
  deps: Pick<Deps, 'store' | 'clock'>,
  hash: string,
  within: Namespace,
): Promise<Token | undefined> {
  const stored = await storedToken(deps, hash, within);
  if (!stored) return undefined;
  const { token, namespace } = stored;
  requireUnlocked(namespace);
  return !token.retired && (await isValid(deps, token)) ? token : undefined;
}

async function storedToken(
  { store }: Pick<Deps, 'store'>,
  hash: string,
  within: Namespace,
): Promise<{ token: Token; namespace: Namespace } | undefined> {
  const token = tokenOf(await store.get(tokenKey(hash)));
  const namespace = token && (await namespaceWithin(store, token.namespaceId, within));
  return token && namespace && { token, namespace };
}

/** The hash of the token with this accessor; whether the token is valid or visible is not checked. */
export async function hashByAccessor(
  { store }: Pick<Deps, 'store'>,
  accessor: string,
): Promise<string | undefined> {
  if (accessor.length > MAX_ACCESSOR_LENGTH) return undefined;
  const item = await store.get(accessorKey(accessor));
  return item?.tokenHash as string | undefined;
}
