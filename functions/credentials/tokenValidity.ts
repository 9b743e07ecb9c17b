/** Whether a token is valid at this moment, by itself and by everything it depends on. */

import type { Deps } from '../ports/deps.ts';
import { tokenKey } from '../store/keys.ts';
import { isAlive, stillCurrent } from './lineage.ts';
import { type Token, tokenOf } from './token.ts';

/** Whether a token is valid: neither it nor anything it depends on is revoked, expired or used up. */
export async function isValid(deps: Pick<Deps, 'store' | 'clock'>, token: Token): Promise<boolean> {
  return isAlive(token, deps.clock.now()) && (await hasCurrentLineage(deps, token));
}

/** Whether everything that a token depends on is valid. */
export async function hasCurrentLineage(deps: Pick<Deps, 'store' | 'clock'>, token: Token): Promise<boolean> {
  if (await stillCurrent(deps.store, token.lineage, deps.clock.now())) return true;
  const reread = await rereadIfOrphaned(deps, token);
  return reread !== undefined && isValid(deps, reread);
}

/**
 * Reads a token again, whose lineage is not current as it was read. A `revoke-orphan` of a token above may have changed
 * the lineage meanwhile.
 * @returns the token as it is stored now; nothing when its lineage is the same
 */
export async function rereadIfOrphaned(
  { store }: Pick<Deps, 'store'>,
  { hash, cuts }: Token,
): Promise<Token | undefined> {
  const token = tokenOf(await store.get(tokenKey(hash)));
  return token && token.cuts !== cuts ? token : undefined;
}
