/**
 * The keys of all items in the five tables (architecture §3). Only the tree has paths in its keys; all data of a mount
 * has the mount's uuid. No key holds a secret: of tokens, one-time passwords and secret-ids it has the SHA-256 (R9).
 */

import { createHash } from 'node:crypto';
import { CHILD_SHARDS, LEASE_SHARDS, NAMESPACE_MARKS, OPEN_SHARDS } from '../limits.ts';
import type { Ref } from '../ports/store.ts';

/** The sort key of an item that is the only one of its partition. */
const ALONE = '.';

/** The SHA-256 of a secret, in hexadecimal: it is stored in place of the secret, which is found by it. */
export function sha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A mount, child namespace or fork in the tree of a namespace. */
export function treeKey(namespaceId: string, path: string): Ref {
  return { table: 'mounts', pk: namespaceId, sk: path };
}

/** The tuned settings of a built-in mount, which is not in the tree. */
export function builtinKey(namespaceId: string, path: string): Ref {
  return { table: 'mounts', pk: `builtin#${namespaceId}`, sk: path };
}

/** A namespace by its id; by its path it is found in the tree. */
export function namespaceKey(id: string): Ref {
  return { table: 'mounts', pk: `namespace#${id}`, sk: ALONE };
}

/** The marks of a namespace that is deleted, which are removed with the last of it, or locked (architecture §10). */
export function closedKeys(namespaceId: string): Ref[] {
  return Array.from({ length: NAMESPACE_MARKS }, (_, mark) => closedMark(namespaceId, mark));
}

/** The mark that keeps this mount where it is. */
export function closedKey(namespaceId: string, mountUuid: string): Ref {
  return closedMark(namespaceId, shardOf(mountUuid, NAMESPACE_MARKS));
}

function closedMark(namespaceId: string, mark: number): Ref {
  return { table: 'mounts', pk: `closed#${namespaceId}`, sk: padded(mark) };
}

/** The generation of a mount that was moved or disabled (architecture §4). */
export function generationKey(mountUuid: string): Ref {
  return { table: 'mounts', pk: `generation#${mountUuid}`, sk: ALONE };
}

export function tokenKey(tokenHash: string): Ref {
  return { table: 'access', pk: `token#${tokenHash}`, sk: ALONE };
}

export function accessorKey(accessor: string): Ref {
  return { table: 'access', pk: `accessor#${accessor}`, sk: ALONE };
}

export function policyKey(namespaceId: string, name: string): Ref {
  return { table: 'access', pk: `policies#${namespaceId}`, sk: name };
}

/** A token role of a namespace. */
export function tokenRoleKey(namespaceId: string, name: string): Ref {
  return { table: 'access', pk: `token-roles#${namespaceId}`, sk: name };
}

/** The record of the first root token, and of each replacement. */
export function bootstrapKey(): Ref {
  return { table: 'access', pk: 'bootstrap', sk: ALONE };
}

/** The partition of one shard of a token's children. */
export function childrenShard(tokenHash: string, shard: number): string {
  return `children#${tokenHash}#${shard}`;
}

/** A child of a token: another token, or a lease. */
export function childKey(parentHash: string, child: string): Ref {
  return { table: 'access', pk: childrenShard(parentHash, shardOf(child, CHILD_SHARDS)), sk: child };
}

/** The partition of one shard of a mount's leases. */
export function leaseShard(mountUuid: string, shard: number): string {
  return `${mountUuid}#${shard}`;
}

/** A lease by its path inside the mount. The last segment of the path is random, and decides the shard. */
export function leaseKey(mountUuid: string, leasePath: string): Ref {
  const random = leasePath.slice(leasePath.lastIndexOf('/') + 1);
  return { table: 'leases', pk: leaseShard(mountUuid, shardOf(random, LEASE_SHARDS)), sk: leasePath };
}

/** The data of an engine, by the engine's own key. */
export function storageKey(mountUuid: string, key: string): Ref {
  return { table: 'storage', pk: mountUuid, sk: key };
}

/**
 * The partition of a token's storage: its cubbyholes, and the answer it wraps. It has the accessor in its key, because a
 * token of the same id may be created again, and must not find the data of the previous one.
 */
export function cubbyholePartition(accessor: string): string {
  return `cubbyhole#${accessor}`;
}

/** The data of a token in the cubbyhole of a namespace, by the uuid of that mount. */
export function cubbyholeKey(accessor: string, mountUuid: string, path: string): Ref {
  return { table: 'storage', pk: cubbyholePartition(accessor), sk: `${mountUuid}/${path}` };
}

/** The answer that a wrapping token holds. */
export function wrappedKey(accessor: string): Ref {
  return { table: 'storage', pk: cubbyholePartition(accessor), sk: 'response' };
}

export function migrationKey(id: string): Ref {
  return { table: 'migrations', pk: id, sk: ALONE };
}

/** The claim of a move: one mount in one generation has one open migration to one target. */
export function claimKey(
  mountUuid: string,
  generation: number,
  targetNamespaceId: string,
  targetPath: string,
): Ref {
  const move = [mountUuid, generation, targetNamespaceId, targetPath].join('#');
  return { table: 'migrations', pk: `claim#${sha256(move)}`, sk: ALONE };
}

/** The claim of a mount of a cluster: one migration at a time moves it, whatever its target. */
export function accessorClaimKey(accessor: string): Ref {
  return { table: 'migrations', pk: `claim#accessor#${accessor}`, sk: ALONE };
}

/** The claim of the migration that a cluster copies keys for. */
export function copyClaimKey(): Ref {
  return { table: 'migrations', pk: 'claim#copy', sk: ALONE };
}

/** The claim of the migration that a cluster moves a mount for, to a target that begins with this segment. */
export function targetClaimKey(namespaceId: string, segment: string): Ref {
  return { table: 'migrations', pk: `claim#${sha256(`target#${namespaceId}#${segment}`)}`, sk: ALONE };
}

/** The partition of one month of the migrations that a namespace sees. */
export function listingPartition(namespaceId: string, month: string): string {
  return `list#${namespaceId}#${month}`;
}

/** The beginning of the sort keys of a migration's irrevocable leases. */
export const IRREVOCABLE_PREFIX = 'irrevocable#';

/** A lease that a migration could not revoke. */
export function irrevocableKey(migrationId: string, leaseId: string): Ref {
  return { table: 'migrations', pk: migrationId, sk: `${IRREVOCABLE_PREFIX}${sha256(leaseId)}` };
}

/** The partition of the bulk runs that a namespace sees, sorted by the time of their acceptance. */
export function bulkListingPartition(namespaceId: string): string {
  return `bulk-list#${namespaceId}`;
}

/** The progress of one chunk of a bulk run; in the partition of the run, it comes after the run itself. */
export function bulkProgressKey(id: string, chunk: number): Ref {
  return { table: 'migrations', pk: id, sk: `progress#${padded(chunk)}` };
}

/** The run and the progress of all its chunks have sort keys up to this one. */
export const LAST_BULK_PROGRESS = 'progress#~';

/**
 * Several rows of a chunk of a bulk run; all rows come after the progress.
 * @param first the number of rows of the chunk before these
 */
export function bulkRowsKey(id: string, chunk: number, first: number): Ref {
  return { table: 'migrations', pk: id, sk: `${bulkRowsPrefix(chunk)}${padded(first)}` };
}

/** The beginning of the sort keys of a chunk's rows; without a chunk, of all rows. */
export function bulkRowsPrefix(chunk?: number): string {
  return chunk === undefined ? 'rows#' : `rows#${padded(chunk)}#`;
}

/** The beginning of the sort keys of the policies that a bulk run is to change; they come after its rows. */
export const BULK_POLICIES = 'rules#';

/** A policy that a bulk run is to change. */
export function bulkPolicyKey(id: string, number: number): Ref {
  return { table: 'migrations', pk: id, sk: `${BULK_POLICIES}${padded(number)}` };
}

/**
 * The migration or bulk run that an idempotency key has created.
 * @param scope a namespace id for the key of a request; `event` for the id of an event; `schedule` for one planned time
 *   of a schedule
 */
export function idempotencyKey(scope: string, key: string): Ref {
  return { table: 'migrations', pk: `idempotency#${sha256(`${scope}#${key}`)}`, sk: ALONE };
}

/** The partition of the schedules of a namespace. */
export function schedulePartition(namespaceId: string): string {
  return `schedules#${namespaceId}`;
}

export function scheduleKey(namespaceId: string, name: string): Ref {
  return { table: 'migrations', pk: schedulePartition(namespaceId), sk: name };
}

/** The partition of the callers of an alias, by the migration that has left it. */
export function aliasUsePartition(migrationId: string): Omit<Ref, 'sk'> {
  return { table: 'migrations', pk: `alias-use#${migrationId}` };
}

/** @param caller all that tells one caller from another */
export function aliasUseKey(migrationId: string, caller: string): Ref {
  return { ...aliasUsePartition(migrationId), sk: sha256(caller) };
}

/** All shards of the index of open work. */
export function openShards(): string[] {
  return Array.from({ length: OPEN_SHARDS }, (_, shard) => openPartition(shard));
}

/** The shard of the index of open work that an id belongs to. */
export function openShard(id: string): string {
  return openPartition(shardOf(id, OPEN_SHARDS));
}

function openPartition(shard: number): string {
  return `open#${shard}`;
}

/** A number of up to five digits as text that sorts in numeric order. */
function padded(number: number): string {
  return String(number).padStart(5, '0');
}

function shardOf(text: string, shards: number): number {
  return Number.parseInt(sha256(text).slice(0, 8), 16) % shards;
}
