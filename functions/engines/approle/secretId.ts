/** Secret-ids: their record, found by the hash of the secret-id in its role, or by its accessor (contract §8.2). */

import { isAlive } from '../../credentials/lineage.ts';
import type { Call } from '../../http/route.ts';
import type { Ref, Write } from '../../ports/store.ts';
import { sha256 } from '../../store/keys.ts';
import { record } from '../../store/record.ts';
import { engineKey } from '../callParts.ts';
import type { AppRole } from './role.ts';

export interface SecretId {
  accessor: string;
  /** Remaining uses; absent is without limit. */
  usesLeft?: number;
  /** The TTL that it was created with, in seconds; 0 is without end. */
  grantedTtl: number;
  /** Epoch milliseconds. */
  createdAt: number;
  updatedAt: number;
  expiresAt?: number;
  metadata: Record<string, string>;
  /** The addresses from which it may be used; empty for all that the role allows. */
  cidrList: string[];
  /** The addresses from which its tokens may be used; empty leaves it to the role. */
  tokenBoundCidrs: string[];
}

/** Leads from an accessor to the hash of its secret-id. */
export interface AccessorEntry {
  accessor: string;
  hash: string;
  expiresAt?: number;
}

export const SECRET_ID_RECORD = record<SecretId>();
export const ACCESSOR_RECORD = record<AccessorEntry>();

/** A secret-id, with the keys of its items. */
export interface FoundSecretId {
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

/** The hash of a secret-id in a role; another role has another hash for it. */
export function hashIn({ uuid }: Pick<AppRole, 'uuid'>, secretId: string): string {
  return sha256(`${uuid}/${secretId.trim()}`);
}

export function secretIdKey(call: Pick<Call, 'mount'>, { uuid }: Pick<AppRole, 'uuid'>, hash: string): Ref {
  return engineKey(call, secretIdPrefix(uuid) + hash);
}

/** The accessor is hashed, because callers may send anything as one: it may be too long for a key, or a secret. */
export function secretIdAccessorKey(
  call: Pick<Call, 'mount'>,
  { uuid }: Pick<AppRole, 'uuid'>,
  accessor: string,
): Ref {
  return engineKey(call, accessorPrefix(uuid) + sha256(accessor));
}

/** The secret-id with a hash, unless it has expired. */
export async function findSecretId(
  call: Pick<Call, 'deps' | 'mount'>,
  role: AppRole,
  hash: string,
): Promise<FoundSecretId | undefined> {
  const ref = secretIdKey(call, role, hash);
  const secretId = SECRET_ID_RECORD.of(await call.deps.store.get(ref));
  if (!secretId || !isAlive(secretId, call.deps.clock.now())) return undefined;
  return { secretId, ref, accessorRef: secretIdAccessorKey(call, role, secretId.accessor) };
}

/** The secret-id with an accessor, unless it has expired. */
export async function findByAccessor(
  call: Pick<Call, 'deps' | 'mount'>,
  role: AppRole,
  accessor: string,
): Promise<FoundSecretId | undefined> {
  const ref = secretIdAccessorKey(call, role, accessor);
  const entry = ACCESSOR_RECORD.of(await call.deps.store.get(ref));
  const found = entry && (await findSecretId(call, role, entry.hash));
  return found?.secretId.accessor === accessor ? found : undefined;
}

/** The writes that remove a secret-id: its record first, then the entry of its accessor. */
export function removal({ ref, accessorRef }: Omit<FoundSecretId, 'secretId'>): [Write, Write] {
  return [{ delete: ref }, { delete: accessorRef }];
}
