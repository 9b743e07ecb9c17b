/** Secret-ids: what is kept of them, by a hash that belongs to one role, and by their accessor (contract §8.2). */

import { isAlive } from '../../credentials/lineage.ts';
import type { Call } from '../../http/route.ts';
import type { Ref, Write } from '../../ports/store.ts';
import { sha256 } from '../../store/keys.ts';
import { record } from '../../store/record.ts';
import { stored } from '../callParts.ts';
import type { Role } from './role.ts';

export interface SecretId {
  accessor: string;
  /** How often it may still be used; absent is without limit. */
  usesLeft?: number;
  /** Seconds it was given; 0 is without end. */
  grantedTtl: number;
  /** Epoch milliseconds. */
  createdAt: number;
  updatedAt: number;
  expiresAt?: number;
  metadata: Record<string, string>;
  /** Where it may be used from. */
  cidrList: string[];
  /** Where the tokens may be used from; empty leaves it to the role. */
  tokenBoundCidrs: string[];
}

/** From an accessor to the hash of its secret-id. */
export interface AccessorEntry {
  accessor: string;
  hash: string;
  expiresAt?: number;
}

export const SECRET_ID_RECORD = record<SecretId>();
export const ACCESSOR_RECORD = record<AccessorEntry>();

/** A secret-id that was found, with the items that hold it. */
export interface Found {
  secretId: SecretId;
  ref: Ref;
  accessorRef: Ref;
}

export function secretIdPrefix(roleUuid: string): string {
  return `secret-id/${roleUuid}/`;
}

export function accessorPrefix(roleUuid: string): string {
  return `accessor/${roleUuid}/`;
}

/** The same secret-id has another hash in another role. */
export function hashIn({ uuid }: Pick<Role, 'uuid'>, secretId: string): string {
  return sha256(`${uuid}/${secretId.trim()}`);
}

export function secretIdKey(call: Pick<Call, 'mount'>, { uuid }: Pick<Role, 'uuid'>, hash: string): Ref {
  return stored(call, secretIdPrefix(uuid) + hash);
}

/** Hashed, since callers look up what they like: it may be too long for a key, or a secret. */
export function accessorKey(call: Pick<Call, 'mount'>, { uuid }: Pick<Role, 'uuid'>, accessor: string): Ref {
  return stored(call, accessorPrefix(uuid) + sha256(accessor));
}

/** The secret-id at a hash, unless it has expired. */
export async function findSecretId(
  call: Pick<Call, 'deps' | 'mount'>,
  role: Role,
  hash: string,
): Promise<Found | undefined> {
  const ref = secretIdKey(call, role, hash);
  const secretId = SECRET_ID_RECORD.of(await call.deps.store.get(ref));
  if (!secretId || !isAlive(secretId, call.deps.clock.now())) return undefined;
  return { secretId, ref, accessorRef: accessorKey(call, role, secretId.accessor) };
}

export async function findByAccessor(
  call: Pick<Call, 'deps' | 'mount'>,
  role: Role,
  accessor: string,
): Promise<Found | undefined> {
  const ref = accessorKey(call, role, accessor);
  const entry = ACCESSOR_RECORD.of(await call.deps.store.get(ref));
  const found = entry && (await findSecretId(call, role, entry.hash));
  return found?.secretId.accessor === accessor ? found : undefined;
}

export function removal({ ref, accessorRef }: Omit<Found, 'secretId'>): Write[] {
  return [{ delete: ref }, { delete: accessorRef }];
}
