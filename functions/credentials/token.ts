/** A token as it is stored: everything but the token itself. */

import { CLEANUP_AFTER_S } from '../limits.ts';
import type { Item, PlacedItem } from '../ports/store.ts';
import { tokenKey } from '../store/keys.ts';
import { record } from '../store/record.ts';
import type { Lineage } from './lineage.ts';

/** The place of the lease of a token; a token that never expires has none. */
export interface TokenLease {
  mountUuid: string;
  /** Relative to the mount. */
  path: string;
}

/** Names of policies, and the namespace that has them. */
export interface NamespacePolicies {
  namespaceId: string;
  namespacePath: string;
  policies: string[];
}

export interface Token extends NamespacePolicies {
  /** SHA-256 of the token, in hexadecimal. */
  hash: string;
  accessor: string;
  /** Sorted; `root` is the only one if it is there. */
  policies: string[];
  /** Policies of other namespaces, which its identity gives to a token of a cluster. */
  elsewhere?: NamespacePolicies[];
  type: 'service' | 'batch';
  /** The path that created it, relative to its namespace. */
  path: string;
  /** The token role that it was created with. */
  role?: string;
  displayName: string;
  meta: Record<string, string> | null;
  /** How many uses remain; absent is without limit. */
  usesLeft?: number;
  /** How many uses it had when it was created. */
  numUses?: number;
  /** Epoch milliseconds. */
  createdAt: number;
  /** Seconds that were granted when it was created; 0 if it never expires. */
  creationTtl: number;
  /**
   * Seconds after its creation beyond which no renewal goes, whatever the mount allows, or after each renewal if it is
   * periodic; 0 is without limit.
   */
  maxTtl: number;
  /** The part of that limit that the request asked for; it always counts from the creation. 0 for none. */
  explicitMaxTtl: number;
  /** Seconds that each renewal grants; 0 for tokens that are not periodic. */
  period: number;
  /** Epoch milliseconds; absent if it never expires. */
  expiresAt?: number;
  renewedAt?: number;
  renewable: boolean;
  orphan: boolean;
  boundCidrs: string[];
  lineage: Lineage;
  lease?: TokenLease;
  /** Whether it has ever had a child; without the mark, a revocation does not search for children. */
  hasChildren?: boolean;
  /** Whether it has ever had items in its cubbyhole; without the mark, a revocation does not search for them. */
  hasCubbyhole?: boolean;
  /** Set by the first write of its revocation: it is invalid from then on, whatever is still stored. */
  revoked?: boolean;
  /** Set when it is revoked without its children: no request can use it, and its children stay valid. */
  retired?: boolean;
  /** How often `revoke-orphan` has changed its lineage; the condition of the next change. */
  cuts?: number;
}

export function isRoot(token: Token): boolean {
  return token.policies.includes('root');
}

/** The seconds of its creation or of the renewal after it, whatever has passed of them; 0 if it never expires. */
export function lastTokenGrant({ createdAt, renewedAt = createdAt, expiresAt }: Token): number {
  return expiresAt === undefined ? 0 : Math.round((expiresAt - renewedAt) / 1_000);
}

/**
 * When DynamoDB may delete an item, in epoch seconds; nothing for an item that never expires.
 * @param expiresAt epoch milliseconds
 */
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
