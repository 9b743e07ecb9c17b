/** A lease: how long a token or another credential is valid; stored below the mount that issued it. */

import type { Item, PlacedItem, Ref } from '../ports/store.ts';
import { leaseKey } from '../store/keys.ts';
import { record } from '../store/record.ts';
import type { Lineage } from './lineage.ts';
import { cleanupTime } from './token.ts';

export interface Lease {
  mountUuid: string;
  /** Relative to the mount; its last segment is random. */
  path: string;
  /** As the client knows it: the path of the request, the random part, the namespace's id. */
  id: string;
  kind: 'token' | 'secret';
  /** The generation the mount had when it issued the lease (architecture §4). */
  generation: number;
  lineage: Lineage;
  /** Hash of the token itself, or of the token that holds the secret. */
  tokenHash: string;
  /** Items that end with the lease, such as a one-time password. */
  owns: Ref[];
  /** Epoch milliseconds. */
  issuedAt: number;
  expiresAt: number;
  renewedAt?: number;
  renewable: boolean;
  /** Seconds that were granted when it was issued. */
  grantedTtl: number;
  /** How often `revoke-orphan` has changed its lineage; the condition of the next change. */
  cuts?: number;
  /** Why its removal failed; it is invalid anyway (architecture §4). */
  irrevocable?: string;
  /** Which migrations gave it up: id → when, epoch milliseconds. */
  givenUp?: Record<string, number>;
}

const RECORD = record<Omit<Lease, 'path'>>();

export function leaseItem(lease: Lease): PlacedItem {
  const { path, ...rest } = lease;
  return RECORD.at(leaseKey(lease.mountUuid, path), rest, { ttl: cleanupTime(lease.expiresAt) });
}

/** The seconds of its issue or of the renewal after it, whatever has passed of them. */
export function lastLeaseGrant({ issuedAt, renewedAt = issuedAt, expiresAt }: Lease): number {
  return Math.round((expiresAt - renewedAt) / 1_000);
}

/** @throws TypeError when the item is no lease */
export function leaseOf(item: Item): Lease {
  const { ttl: _, ...kept } = item;
  const lease = isLease(item) ? RECORD.of(kept as Item) : undefined;
  if (!lease) throw new TypeError('the item is not a lease');
  return { path: item.sk, ...lease };
}

/** The part of a lease that names what is removed with it. */
export type Ending = Pick<Lease, 'mountUuid' | 'path' | 'kind' | 'tokenHash' | 'owns'>;

/** The attributes of an item that its revocation reads, in addition to the key. */
export const REVOCATION_ATTRIBUTES = [
  'mountUuid',
  'id',
  'kind',
  'generation',
  'tokenHash',
  'owns',
  'irrevocable',
  'givenUp',
] as const;

/** @throws TypeError when the item is no lease */
export function endingOf(item: Item): Ending {
  if (!isLease(item)) throw new TypeError('the item is not a lease');
  const { sk: path, mountUuid, kind, tokenHash, owns } = item as Item & Lease;
  return { path, mountUuid, kind, tokenHash, owns };
}

/** Whether the item has everything that its revocation needs. */
export function isLease({ mountUuid, generation, owns, tokenHash, kind }: Item): boolean {
  return (
    typeof mountUuid === 'string' &&
    Number.isInteger(generation) &&
    Array.isArray(owns) &&
    typeof tokenHash === 'string' &&
    (kind === 'token' || kind === 'secret')
  );
}
