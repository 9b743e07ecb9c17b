/**
 * Revokes a token without its children, which become orphans (contract §6).
 *
 * Each descendant carries all that it hangs on, so each is rewritten, however deep. The token opens nothing from the
 * first write on, and is removed when the last descendant is rewritten; until then they stand by it. The work may be
 * interrupted anywhere: a child leaves the token's index only when everything below it is done, so the next attempt
 * finds what is left. What a descendant issues in the moment it is rewritten may end with the token.
 *
 * If the token is cut off meanwhile, by a move of its mount or the revocation of what it hangs on, so are its children:
 * none is taken out of its lineage any more, and one that was taken out of it just then is revoked (R5).
 */

import { CHILD_SHARDS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item, PRESENT } from '../ports/store.ts';
import { childrenShard, leaseKey, tokenKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { type Child, type ChildToken, childOf } from './child.ts';
import { cutLease, cutToken } from './cutLineage.ts';
import { hasNotEnded } from './findToken.ts';
import { isAlive } from './lineage.ts';
import { revokeToken } from './revokeToken.ts';
import { type Token, tokenOf } from './token.ts';
import { nothingToOrphan, orphaningUnfinished } from './tokenErrors.ts';

/**
 * @param until epoch milliseconds after which no further child is begun
 * @throws VaultError 400 when the token was revoked or cut off meanwhile, 503 when the time was too short for all children
 */
export async function revokeOrphan(deps: Deps, token: Token, until: number): Promise<void> {
  await retire(deps, token);
  if (!(await orphanChildren(deps, token, until))) throw orphaningUnfinished();
  await revokeToken(deps, token);
}

async function retire({ store }: Deps, { hash }: Token): Promise<void> {
  try {
    const alive = { ...PRESENT, revoked: { absent: true } } as const;
    await store.commit([{ update: tokenKey(hash), set: { retired: true }, if: alive }]);
  } catch (error) {
    throw error instanceof ConditionFailed ? nothingToOrphan() : error;
  }
}

async function orphanChildren(deps: Deps, top: Token, until: number): Promise<boolean> {
  let done = true;
  for await (const page of childPages(deps, top.hash)) {
    await severalAtOnce(page, async (entry) => {
      const child = childOf(entry);
      if (!('tokenHash' in child) || (await isOver(deps, child))) return;
      if (!(await cutTree(deps, child, top, until))) done = false;
      else if (await stands(deps, top)) await unhang(deps, entry);
      else {
        // Not if another has orphaned the children and removed the token: what it was done with hangs there no more.
        if (await deps.store.get({ table: 'access', ...entry }))
          await revokeToken(deps, { hash: child.tokenHash });
        throw nothingToOrphan();
      }
    });
    if (!done) return false;
  }
  return done;
}

/** Whether a child has come to its own end: its entry, with what is left of it, is removed with the token. */
async function isOver({ store, clock }: Deps, { tokenHash, accessor }: ChildToken): Promise<boolean> {
  const token = tokenOf(await store.get(tokenKey(tokenHash)));
  return token !== undefined && (token.accessor !== accessor || !isAlive(token, clock.now()));
}

/** Whether the token is still what its children hang on. */
async function stands(deps: Deps, { hash }: Token): Promise<boolean> {
  const token = tokenOf(await deps.store.get(tokenKey(hash)));
  return token !== undefined && hasNotEnded(deps, token);
}

/** Rewrites a descendant and everything below it. */
async function cutTree(deps: Deps, child: Child, top: Token, until: number): Promise<boolean> {
  if (!('tokenHash' in child)) return true;
  if (deps.clock.now() >= until) return false;
  if (!(await stands(deps, top))) throw nothingToOrphan();
  const token = await cutToken(deps, child.tokenHash, top);
  if (!token?.hasChildren) return true;
  for await (const page of childPages(deps, token.hash)) {
    const children = page.map(childOf);
    const leases = children.flatMap((one) => ('lease' in one ? [one.lease] : []));
    await severalAtOnce(leases, ({ mountUuid, path }) =>
      cutLease(deps.store, leaseKey(mountUuid, path), token, top),
    );
    for (const one of children) if (!(await cutTree(deps, one, top, until))) return false;
  }
  return true;
}

async function* childPages({ store }: Deps, hash: string): AsyncGenerator<Item[]> {
  for (let shard = 0; shard < CHILD_SHARDS; shard++) {
    yield* store.pages({ table: 'access', pk: childrenShard(hash, shard) });
  }
}

function unhang({ store }: Deps, { pk, sk }: Item): Promise<void> {
  return store.commit([{ delete: { table: 'access', pk, sk } }]);
}
