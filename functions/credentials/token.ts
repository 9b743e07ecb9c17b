/** A token: what the table knows of it, which is everything but the token itself. */

import { CLEANUP_AFTER_S } from '../limits.ts';
import type { Item, PlacedItem } from '../ports/store.ts';
import { tokenKey } from '../store/keys.ts';
import { record } from '../store/record.ts';
import type { Lineage } from './lineage.ts';

/** Where the lease of a token lies; a root token without an end has none. */
export interface TokenLease {
  mountUuid: string;
  /** Relative to the mount. */
  path: string;
}

export interface Token {
  /** SHA-256 of the token, in hexadecimal. */
  hash: string;
  accessor: string;
  namespaceId: string;
  namespacePath: string;
  /** Sorted; `root` stands alone. */
  policies: string[];
  type: 'service' | 'batch';
  /** The path that created it, relative to its namespace. */
  path: string;
  displayName: string;
  meta: Record<string, string> | null;
  /** How often it may still be used; absent is without limit. */
  usesLeft?: number;
  /** How often it might be used when it was created. */
  numUses?: number;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Seconds it was given when created; 0 without an end. */
  creationTtl: number;
  /** Seconds after creation that no renewal may pass, whatever the mount allows; 0 is without limit. */
  maxTtl: number;
  /** The cap among those that was asked for; 0 for none. */
  explicitMaxTtl: number;
  /** Seconds each renewal gives, without any other limit; 0 for tokens that are not periodic. */
  period: number;
  /** Epoch milliseconds; absent for a token without an end. */
  expiresAt?: number;
  renewedAt?: number;
  renewable: boolean;
  orphan: boolean;
  boundCidrs: string[];
  lineage: Lineage;
  lease?: TokenLease;
  /** Whether it has ever had a child: one that has not needs no search for children. */
  hasChildren?: boolean;
  /** Whether it has ever stored anything of its own: one that has not needs no search for that. */
  hasCubbyhole?: boolean;
  /** Set when its revocation began: from then on it opens nothing, whatever is still stored. */
  revoked?: boolean;
  /** Set when it is revoked without its children: it opens nothing, and what hangs on it still stands. */
  retired?: boolean;
  /** How often a token above was taken out of its lineage; guards the next time. */
  cuts?: number;
}

export function isRoot(token: Token): boolean {
  return token.policies.includes('root');
}

/** When DynamoDB may drop an item, in epoch seconds, by when it expires, in epoch milliseconds. */
export function cleanupTime(expiresAt: number | undefined): number | undefined {
  return expiresAt === undefined ? undefined : Math.ceil(expiresAt / 1_000) + CLEANUP_AFTER_S;
}

const RECORD = record<Omit<Token, 'hash'>>();

export function tokenItem(token: Token): PlacedItem {
  const { hash, ...rest } = token;
  return RECORD.at(tokenKey(hash), rest, { ttl: cleanupTime(token.expiresAt) });
}

export function tokenOf(item: Item | undefined): Token | undefined {
  if (!item?.pk.startsWith('token#')) return undefined;
  const { ttl: _, ...kept } = item;
  const token = RECORD.of(kept as Item);
  return token && { hash: item.pk.slice('token#'.length), ...token };
}
