/**
 * Revokes a token without its children, which become orphans (contract §6, `revoke-orphan`).
 *
 * Each descendant has its whole lineage in its own item, so each is rewritten, at every depth. The first write retires
 * the token: no request can use it any more. It is removed when the last descendant is rewritten, and until then they
 * depend on it. The work may be interrupted anywhere: a child leaves the token's index only when everything below the
 * child is rewritten, so the next attempt finds the rest. What a descendant issues while it is rewritten may be revoked
 * with the token.
 *
 * If the token is revoked meanwhile (by a move of its mount, or with a token above it), so are its children: no further
 * child is detached, and one that was detached at that moment is revoked (R5).
 */

import type { Deps } from '../ports/deps.ts';
import {
  ConditionFailed,
  type Expected,
  type Item,
  PRESENT,
  type Ref,
  type Store,
  type Update,
} from '../ports/store.ts';
import { leaseKey, tokenKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { tokenIssuer } from '../tree/builtin.ts';
import { type ChildEntry, type ChildToken, childOf, childPages } from './child.ts';
import { nothingToOrphan, unfinished } from './errors.ts';
import { leaseOf } from './lease.ts';
import { isAlive, lineageBelow } from './lineage.ts';
import { revokeToken } from './revoke.ts';
import { type Token, tokenOf } from './token.ts';
import { isValid } from './tokenValidity.ts';

/** The token that is revoked. */
type Retired = Pick<Token, 'hash'>;

/**
 * @param until epoch milliseconds after which no further child is begun
 * @throws VaultError 400 when the token was revoked meanwhile, 503 when there was no time for all children
 */
export async function revokeOrphan(deps: Deps, token: Retired, until: number): Promise<void> {
  await retire(deps, token);
  if (!(await orphanChildren(deps, token, until))) throw unfinished('not every child is an orphan yet');
  await revokeToken(deps, token);
}

async function retire({ store }: Deps, { hash }: Retired): Promise<void> {
  try {
    const alive = { ...PRESENT, revoked: { absent: true } } as const;
    await store.commit([{ update: tokenKey(hash), set: { retired: true }, if: alive }]);
  } catch (error) {
    throw error instanceof ConditionFailed ? nothingToOrphan() : error;
  }
}

async function orphanChildren(deps: Deps, retired: Retired, until: number): Promise<boolean> {
  let done = true;
  for await (const page of childPages(deps.store, retired.hash)) {
    await severalAtOnce(page, async (entry) => {
      const child = childOf(entry);
      if (!('tokenHash' in child) || (await hasEnded(deps, child))) return;
      if (!(await detachTree(deps, child, retired, until))) done = false;
      else if (await isStillValid(deps, retired)) await removeEntry(deps, entry);
      else {
        // Unless another request has orphaned the children and removed the token: then the entry is deleted, too.
        if (await deps.store.get({ table: 'access', ...entry }))
          await revokeToken(deps, { hash: child.tokenHash });
        throw nothingToOrphan();
      }
    });
    if (!done) return false;
  }
  return done;
}

/** Whether a child has ended by itself. Its entry, and what is left of it, are removed with the token. */
async function hasEnded({ store, clock }: Deps, { tokenHash, accessor }: ChildToken): Promise<boolean> {
  const token = tokenOf(await store.get(tokenKey(tokenHash)));
  return token !== undefined && (token.accessor !== accessor || !isAlive(token, clock.now()));
}

/** Whether the retired token is neither revoked nor deleted, so that its children are valid. */
async function isStillValid(deps: Deps, { hash }: Retired): Promise<boolean> {
  const token = tokenOf(await deps.store.get(tokenKey(hash)));
  return token !== undefined && isValid(deps, token);
}

function removeEntry({ store }: Deps, { pk, sk }: Item): Promise<void> {
  return store.commit([{ delete: { table: 'access', pk, sk } }]);
}

/**
 * Detaches a descendant and everything below it.
 * @returns false when there was no time for all of it
 */
async function detachTree(deps: Deps, child: ChildEntry, retired: Retired, until: number): Promise<boolean> {
  if (!('tokenHash' in child)) return true;
  if (deps.clock.now() >= until) return false;
  if (!(await isStillValid(deps, retired))) throw nothingToOrphan();
  const token = await detachToken(deps, child.tokenHash, retired);
  if (!token?.hasChildren) return true;
  for await (const page of childPages(deps.store, token.hash)) {
    const children = page.map(childOf);
    const leases = children.flatMap((one) => ('lease' in one ? [one.lease] : []));
    await severalAtOnce(leases, ({ mountUuid, path }) =>
      detachLease(deps.store, leaseKey(mountUuid, path), token, retired),
    );
    for (const one of children) if (!(await detachTree(deps, one, retired, until))) return false;
  }
  return true;
}

/**
 * Takes the retired token, and those above it, out of the lineage of one token and its lease. A token that has ended
 * stays as it is, because its lease may be deleted already.
 * @returns the token as it was; nothing when it is deleted or has ended
 */
export function detachToken(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  hash: string,
  retired: Retired,
): Promise<Token | undefined> {
  return retryContended(async () => {
    const token = tokenOf(await store.get(tokenKey(hash)));
    if (token && !isAlive(token, clock.now())) return undefined;
    const issuers = token ? [tokenIssuer({ id: token.namespaceId })] : [];
    const lineage = token && lineageBelow(token.lineage, retired.hash, issuers);
    if (!lineage) return token;
    const refs = [
      tokenKey(hash),
      ...(token.lease ? [leaseKey(token.lease.mountUuid, token.lease.path)] : []),
    ];
    const isOrphan = lineage.tokens.length === 0;
    await store.commit(
      refs.map((ref, i): Update => {
        const set = i === 0 && isOrphan ? { lineage, orphan: true } : { lineage };
        return newLineage(ref, set, token.cuts);
      }),
    );
    return token;
  });
}

/** Does the same to one lease that a token holds, and to the items that end with the lease. */
export function detachLease(store: Store, ref: Ref, holder: Token, retired: Retired): Promise<void> {
  return retryContended(async () => {
    const item = await store.get(ref);
    const lease = item && leaseOf(item);
    const issuers = lease ? [tokenIssuer({ id: holder.namespaceId }), lease] : [];
    const lineage = lease && lineageBelow(lease.lineage, retired.hash, issuers);
    if (!lineage) return;
    const owned = await store.getMany(lease.owns);
    const carriers = lease.owns.filter((_, i) => owned[i]?.lineage !== undefined);
    await store.commit([
      newLineage(ref, { lineage }, lease.cuts),
      ...carriers.map(
        (own): Update => ({ update: own, set: { lineage }, if: { lineage: { present: true } } }),
      ),
    ]);
  });
}

/** Of two requests that change the same lineage at once, the second is retried: they may take out different tokens. */
function newLineage(ref: Ref, set: Record<string, unknown>, cuts: number | undefined): Update {
  const guard: Expected = { lineage: { present: true }, cuts: cuts ?? { absent: true } };
  return { update: ref, set, add: { cuts: 1 }, if: guard };
}
