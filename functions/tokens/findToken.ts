/** Finds the token that a request names, if it may name it: only those of its namespace and below (R10). */

import { isAlive, stillValid } from '../leases/lineage.ts';
import type { Namespace } from '../namespaces/namespace.ts';
import { namespaceWithin } from '../namespaces/namespaceById.ts';
import type { Deps } from '../ports/deps.ts';
import { accessorKey, tokenKey } from '../ports/keys.ts';
import { type Token, tokenOf } from './token.ts';

/** Longer than any accessor; what is longer need not be looked for. */
const MAX_ACCESSOR_LENGTH = 100;

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
export async function hasNotEnded(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  token: Token,
): Promise<boolean> {
  const now = clock.now();
  return isAlive(token, now) && (await stillValid(store, token.lineage, now));
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
