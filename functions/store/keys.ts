/**
 * Where everything lies in the five tables (architecture §3). Nothing but the tree knows a path: whatever a mount owns is
 * keyed by its uuid. No key holds a secret: tokens, one-time passwords and secret-ids come as SHA-256 (R9).
 */

import { createHash } from 'node:crypto';
import { CHILD_SHARDS, LEASE_SHARDS, OPEN_SHARDS } from '../limits.ts';
import type { Ref } from '../ports/store.ts';

/** The sort key of items that stand alone under their partition key. */
const ALONE = '.';

/** What may be shown of a secret that is looked up by its value: its SHA-256, in hexadecimal. */
export function sha256(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** A mount, child namespace or fork in the tree of a namespace. */
export function treeKey(namespaceId: string, path: string): Ref {
  return { table: 'mounts', pk: namespaceId, sk: path };
}

/** What tuning has made of a built-in mount; it is not in the tree, where no path may be below another's. */
export function builtinKey(namespaceId: string, path: string): Ref {
  return { table: 'mounts', pk: `builtin#${namespaceId}`, sk: path };
}

/** A namespace by its id; in the tree it is found by its path. */
export function namespaceKey(id: string): Ref {
  return { table: 'mounts', pk: `namespace#${id}`, sk: ALONE };
}

/** The generation of a mount that was ever moved (architecture §4). */
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

/** The trace of the first root token, and of each replacement. */
export function bootstrapKey(): Ref {
  return { table: 'access', pk: 'bootstrap', sk: ALONE };
}

/** One part of the children of a token. */
export function childrenShard(tokenHash: string, shard: number): string {
  return `children#${tokenHash}#${shard}`;
}

/** A child of a token: another token, or a lease it holds. */
export function childKey(parentHash: string, child: string): Ref {
  return { table: 'access', pk: childrenShard(parentHash, shardOf(child, CHILD_SHARDS)), sk: child };
}

/** One part of the leases of a mount. */
export function leaseShard(mountUuid: string, shard: number): string {
  return `${mountUuid}#${shard}`;
}

/** A lease by its path inside the mount, whose last segment is random and decides the shard. */
export function leaseKey(mountUuid: string, leasePath: string): Ref {
  const random = leasePath.slice(leasePath.lastIndexOf('/') + 1);
  return { table: 'leases', pk: leaseShard(mountUuid, shardOf(random, LEASE_SHARDS)), sk: leasePath };
}

/** What an engine stores, under the engine's own key. */
export function storageKey(mountUuid: string, key: string): Ref {
  return { table: 'storage', pk: mountUuid, sk: key };
}

/**
 * The storage of a token: its cubbyholes, and the answer it wraps. The accessor names it, since a token of the same id
 * may be made again, and must not find what its forerunner left.
 */
export function cubbyholePartition(accessor: string): string {
  return `cubbyhole#${accessor}`;
}

/** What a token keeps in the cubbyhole of a namespace, by the uuid of that mount. */
export function cubbyholeKey(accessor: string, mountUuid: string, path: string): Ref {
  return { table: 'storage', pk: cubbyholePartition(accessor), sk: `${mountUuid}/${path}` };
}

/** The answer that a wrapping token stands for. */
export function wrappedKey(accessor: string): Ref {
  return { table: 'storage', pk: cubbyholePartition(accessor), sk: 'response' };
}

export function migrationKey(id: string): Ref {
  return { table: 'migrations', pk: id, sk: ALONE };
}

/** The claim of a move: one mount in one generation to one target has one open migration. */
export function claimKey(
  mountUuid: string,
  generation: number,
  targetNamespaceId: string,
  targetPath: string,
): Ref {
  const move = [mountUuid, generation, targetNamespaceId, targetPath].join('#');
  return { table: 'migrations', pk: `claim#${sha256(move)}`, sk: ALONE };
}

/** One month of the list of migrations that a namespace sees. */
export function listingPartition(namespaceId: string, month: string): string {
  return `list#${namespaceId}#${month}`;
}

/** What the irrevocable leases of a migration are found by. */
export const IRREVOCABLE_PREFIX = 'irrevocable#';

/** A lease that a migration could not revoke. */
export function irrevocableKey(migrationId: string, leaseId: string): Ref {
  return { table: 'migrations', pk: migrationId, sk: `${IRREVOCABLE_PREFIX}${sha256(leaseId)}` };
}

/** The bulk runs that a namespace sees, by the time of their acceptance. */
export function bulkListingPartition(namespaceId: string): string {
  return `bulk-list#${namespaceId}`;
}

/** How far one chunk of a bulk run has come; all of a run are in its partition, behind the run itself. */
export function bulkProgressKey(id: string, chunk: number): Ref {
  return { table: 'migrations', pk: id, sk: `progress#${padded(chunk)}` };
}

/** Up to here go the run and the progress of all its chunks. */
export const LAST_BULK_PROGRESS = 'progress#~';

/**
 * Rows of a chunk of a bulk run, from one on; all rows lie behind the progress.
 * @param first how many rows of the chunk come before
 */
export function bulkRowsKey(id: string, chunk: number, first: number): Ref {
  return { table: 'migrations', pk: id, sk: `${bulkRowsPrefix(chunk)}${padded(first)}` };
}

/** What the keys of the rows of a chunk begin with; without a chunk, those of all. */
export function bulkRowsPrefix(chunk?: number): string {
  return chunk === undefined ? 'rows#' : `rows#${padded(chunk)}#`;
}

/**
 * What an idempotency key has brought about.
 * @param scope what the key belongs to: a namespace by its id, or `event` for the id of one, or
 *   `schedule` for a run of one
 */
export function idempotencyKey(scope: string, key: string): Ref {
  return { table: 'migrations', pk: `idempotency#${sha256(`${scope}#${key}`)}`, sk: ALONE };
}

/** The schedules of a namespace, by their names. */
export function schedulePartition(namespaceId: string): string {
  return `schedules#${namespaceId}`;
}

export function scheduleKey(namespaceId: string, name: string): Ref {
  return { table: 'migrations', pk: schedulePartition(namespaceId), sk: name };
}

/** The part of the index of open work that an id belongs to. */
export function openShard(id: string): string {
  return `open#${shardOf(id, OPEN_SHARDS)}`;
}

/** Numbers as keys that sort as numbers do. */
function padded(number: number): string {
  return String(number).padStart(5, '0');
}

function shardOf(text: string, shards: number): number {
  return Number.parseInt(sha256(text).slice(0, 8), 16) % shards;
}
