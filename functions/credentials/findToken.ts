/** Finds the token that a request names, if it may name it: only those of its namespace and below (R10). */

import { MAX_ACCESSOR_LENGTH } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { accessorKey, tokenKey } from '../store/keys.ts';
import { namespaceWithin } from '../tree/findNamespace.ts';
import type { Namespace } from '../tree/namespace.ts';
import { isAlive, stillValid } from './lineage.ts';
import { type Token, tokenOf } from './token.ts';

/** The token with this hash as it is stored, dead or alive. */
export async function storedToken(
  { store }: Pick<Deps, 'store'>,
  hash: string,
  within: Namespace,
): Promise<Token | undefined> {
  const token = tokenOf(await store.get(tokenKey(hash)));
  return token && (await namespaceWithin(store, token.namespaceId, within)) ? token : undefined;
}

/** The token with this hash if it opens anything. */
export async function goodToken(
  deps: Pick<Deps, 'store' | 'clock'>,
  hash: string,
  within: Namespace,
): Promise<Token | undefined> {
  const token = await storedToken(deps, hash, within);
  return token && !token.retired && (await hasNotEnded(deps, token)) ? token : undefined;
}

/** Whether a token has ended neither by itself nor with anything it hangs on. */
export async function hasNotEnded(deps: Pick<Deps, 'store' | 'clock'>, token: Token): Promise<boolean> {
  return isAlive(token, deps.clock.now()) && (await isUpheld(deps, token));
}

/** Whether nothing has ended that a token hangs on. */
export async function isUpheld(deps: Pick<Deps, 'store' | 'clock'>, token: Token): Promise<boolean> {
  if (await stillValid(deps.store, token.lineage, deps.clock.now())) return true;
  const cut = await cutSince(deps, token);
  return cut !== undefined && hasNotEnded(deps, cut);
}

/**
 * A token as it is now, if a token above was taken out of its lineage since it was read: it may hang on what is gone
 * by the way it was, and on nothing by the way it is.
 */
export async function cutSince(
  { store }: Pick<Deps, 'store'>,
  { hash, cuts }: Token,
): Promise<Token | undefined> {
  const token = tokenOf(await store.get(tokenKey(hash)));
  return token && token.cuts !== cuts ? token : undefined;
}

/** The hash of the token that an accessor stands for, without any judgement. */
export async function hashByAccessor(
  { store }: Pick<Deps, 'store'>,
  accessor: string,
): Promise<string | undefined> {
  if (accessor.length > MAX_ACCESSOR_LENGTH) return undefined;
  const item = await store.get(accessorKey(accessor));
  return item?.tokenHash as string | undefined;
}
