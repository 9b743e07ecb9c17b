/** The index of what hangs on a token: tokens it created, leases it holds. */

import { notAuthenticated } from '../http/errors.ts';
import { ConditionFailed, type Item, PRESENT, type Store, type Write } from '../ports/store.ts';
import { childKey, tokenKey } from '../store/keys.ts';
import { record } from '../store/record.ts';
import type { Lease } from './lease.ts';
import { cleanupTime, type Token } from './token.ts';

/** What an entry of the index names: a token, or a lease. */
export type Child = ChildToken | { lease: { mountUuid: string; path: string } };

/** Its hash finds the token; the accessor tells it from a later one, since an id may be chosen again. */
export type ChildToken = Pick<Token, 'accessor'> & { tokenHash: string };

export function childName(child: Pick<ChildToken, 'tokenHash'> | Exclude<Child, ChildToken>): string {
  return 'tokenHash' in child
    ? `token#${child.tokenHash}`
    : `lease#${child.lease.mountUuid}#${child.lease.path}`;
}

export function leaseChild({ mountUuid, path }: Pick<Lease, 'mountUuid' | 'path'>): Child {
  return { lease: { mountUuid, path } };
}

/**
 * What tokens without an end hang on, besides their parent: no lease tells of them, so this is where a listing of a
 * namespace's accessors finds them.
 */
export function endlessTokensOf(namespaceId: string): string {
  return `endless#${namespaceId}`;
}

const RECORD = record<Child>();

/** The write that hangs a child on its parent; it goes into the transaction that creates the child. */
export function hang(parentHash: string, child: Child, expiresAt: number | undefined): Write {
  const key = childKey(parentHash, childName(child));
  return { put: RECORD.at(key, child, { ttl: cleanupTime(expiresAt) }) };
}

export function childOf(item: Item): Child {
  return RECORD.of(item) as Child;
}

/**
 * Marks a token as one with children, before its first child, so that revoking one without needs no search.
 * @throws VaultError 403 when the token is gone
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
