/**
 * The children of a token: the tokens it created and the leases it holds.
 *
 * Creating a child takes three steps: mark the parent (`markParent`), write the child together with its index entry
 * (`addChild`), and check the parent again (`withdrawIfRevoked`). So a revocation of the parent never misses a child.
 */

import { notAuthenticated } from '../http/errors.ts';
import { CHILD_SHARDS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item, PRESENT, type Store, type Write } from '../ports/store.ts';
import { childKey, childrenShard, tokenKey } from '../store/keys.ts';
import { record } from '../store/record.ts';
import type { Lease } from './lease.ts';
import { type Lineage, stillCurrent } from './lineage.ts';
import { cleanupTime, type Token } from './token.ts';

/** What an entry of the index names: a token, or a lease. */
export type ChildEntry = ChildToken | { lease: { mountUuid: string; path: string } };

/** The hash finds the token. The accessor distinguishes it from a later token, because an id may be chosen again. */
export type ChildToken = Pick<Token, 'accessor'> & { tokenHash: string };

/** The sort key of an entry. */
export function childName(child: Pick<ChildToken, 'tokenHash'> | Exclude<ChildEntry, ChildToken>): string {
  return 'tokenHash' in child
    ? `token#${child.tokenHash}`
    : `lease#${child.lease.mountUuid}#${child.lease.path}`;
}

export function leaseChild({ mountUuid, path }: Pick<Lease, 'mountUuid' | 'path'>): ChildEntry {
  return { lease: { mountUuid, path } };
}

/**
 * A second parent of the tokens of a namespace that never expire. They have no lease, so a list of the namespace's
 * accessors finds them here.
 */
export function nonExpiringTokensOf(namespaceId: string): string {
  return `endless#${namespaceId}`;
}

const RECORD = record<ChildEntry>();

/** The write that adds a child to the index of its parent, for the transaction that creates the child. */
export function addChild(parentHash: string, child: ChildEntry, expiresAt: number | undefined): Write {
  const key = childKey(parentHash, childName(child));
  return { put: RECORD.at(key, child, { ttl: cleanupTime(expiresAt) }) };
}

export function childOf(item: Item): ChildEntry {
  return RECORD.of(item) as ChildEntry;
}

/** The index entries of a parent, page by page. */
export async function* childPages(store: Store, parentHash: string): AsyncGenerator<Item[]> {
  for (let shard = 0; shard < CHILD_SHARDS; shard++) {
    yield* store.pages({ table: 'access', pk: childrenShard(parentHash, shard) });
  }
}

/**
 * Marks a token as a parent before its first child, so that a token without children is revoked without a search.
 * @throws VaultError 403 when the token is revoked or deleted
 */
export async function markParent(store: Store, parent: Token): Promise<void> {
  if (parent.hasChildren) return;
  const alive = { ...PRESENT, revoked: { absent: true } as const };
  try {
    await store.commit([{ update: tokenKey(parent.hash), set: { hasChildren: true }, if: alive }]);
  } catch (error) {
    throw error instanceof ConditionFailed ? notAuthenticated() : error;
  }
}

/**
 * After writing a child credential, the issuer checks the parent again, and deletes the child if the parent was
 * revoked: no sweep would find the child any more, because the token that leads to it is deleted. A revocation is
 * written before its sweep begins. So either this check sees the revocation, or the sweep sees the child.
 * @param lineage of the child
 * @returns whether the lineage is no longer current; then everything that was written is deleted
 */
export async function withdrawIfRevoked(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  lineage: Lineage,
  withdraw: () => Promise<void>,
): Promise<boolean> {
  if (lineage.tokens.length === 0 || (await stillCurrent(store, lineage, clock.now()))) return false;
  await withdraw();
  return true;
}
