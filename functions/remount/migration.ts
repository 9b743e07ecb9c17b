/**
 * The record of a migration and its legal transitions, pure:
 * accepted → switched → done (success), or accepted → done (failure).
 *
 * Each transition is one conditional update on the phase before it, so it happens once whoever tries, and a terminal
 * status never changes (R6). While there is work left the record is in the index `open`, under the time at which
 * the reconciler looks at it next.
 */

import { SHARDS } from '../credentials/leaseShards.ts';
import { OVERDUE_MS } from '../limits.ts';
import { ABSENT, type Item, type Update, type Write } from '../ports/store.ts';
import { migrationKey, openShard } from '../store/keys.ts';
import type { Namespace } from '../tree/namespace.ts';
import type { Move } from './planMove.ts';

/** Where a mount is: namespace and path, the namespace's path for people. */
export interface Place {
  namespaceId: string;
  namespacePath: string;
  path: string;
}

export interface Migration {
  id: string;
  mountUuid: string;
  source: Place;
  target: Place;
  status: 'in-progress' | 'success' | 'failure';
  phase: 'accepted' | 'switched' | 'done';
  /** The generation the mount must have to be switched; without, any. */
  onlyGeneration?: number | undefined;
  /** The generation of the mount after the switch. */
  generation?: number;
  /** Number of the latest execution; executions are named `<id>-<attempt>`. */
  attempt: number;
  /** Epoch milliseconds; absent when nothing is left to do. */
  nextLook?: number;
  /** All times in epoch milliseconds. */
  acceptedAt: number;
  switchedAt?: number;
  finishedAt?: number;
  /** Whether the revocation has begun. */
  revoking?: boolean;
  /** Older leases that were stored in a shard when its revocation began; `null` when they were too many to be counted. */
  [leasesIn: `leasesIn${number}`]: number | null;
  leasesRevoked: number;
  leasesIrrevocable: number;
  error?: { code: FailureCode; message: string };
  requestedBy: Requester;
  /** Free text of the request. */
  reason?: string | undefined;
  /** The migration that this one takes back. */
  undoOf?: string | undefined;
  /** The bulk run that this one is part of. */
  bulkId?: string | undefined;
  /** Ids of the namespaces it is visible in: those above source and target, and both themselves (R10). */
  visibleTo: string[];
  /** Seconds for which the record is kept when the migration has ended. */
  retentionS: number;
}

export type FailureCode =
  | 'source_gone'
  | 'target_in_use'
  | 'namespace_gone'
  | 'not_switched_in_time'
  | 'cancelled';

export interface Requester {
  displayName: string;
  accessor: string;
  /** The path of the token's namespace. */
  namespace: string;
}

/** What a migration is besides the move itself. */
export type Order = Pick<
  Migration,
  'id' | 'requestedBy' | 'reason' | 'undoOf' | 'bulkId' | 'onlyGeneration' | 'retentionS'
> & {
  /** Epoch milliseconds. */
  now: number;
};

/** What a migration keeps of a move. */
export interface Moving {
  mount: Pick<Move['mount'], 'uuid'>;
  source: End;
  target: End;
}

interface End {
  namespace: Pick<Namespace, 'id' | 'path' | 'lineage'>;
  path: string;
}

export function newMigration({ now, ...order }: Order, { mount, source, target }: Moving): Migration {
  const place = ({ namespace, path }: End): Place => ({
    namespaceId: namespace.id,
    namespacePath: namespace.path,
    path,
  });
  return {
    ...order,
    mountUuid: mount.uuid,
    source: place(source),
    target: place(target),
    status: 'in-progress',
    phase: 'accepted',
    attempt: 1,
    nextLook: now + OVERDUE_MS,
    acceptedAt: now,
    leasesRevoked: 0,
    leasesIrrevocable: 0,
    visibleTo: [...new Set([...source.namespace.lineage, ...target.namespace.lineage])],
  };
}

/** The record as it begins; a migration of a bulk run begins with what has come of it. */
export function acceptance(migration: Migration): Write {
  const open = migration.nextLook === undefined ? undefined : openShard(migration.id);
  return { put: { ...migrationKey(migration.id), kind: 'migration', ...migration, open }, if: ABSENT };
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Anything else is no migration's id, and may be longer than a key of the store can be. */
export function isMigrationId(text: string): boolean {
  return ID.test(text);
}

export function migrationOf(item: Item | undefined): Migration | undefined {
  return item?.kind === 'migration' ? (item as unknown as Migration) : undefined;
}

/**
 * The migration's part of the switch.
 * @param issued whether the mount has ever issued anything; if not, the migration succeeds with the switch
 */
export function switched(migration: Migration, generation: number, issued: boolean, now: number): Update {
  const facts = { generation, switchedAt: now };
  return issued
    ? transition(migration, 'accepted', { ...facts, phase: 'switched', nextLook: now + OVERDUE_MS })
    : closing(migration, 'accepted', { ...facts, phase: 'done', status: 'success', finishedAt: now }, now);
}

/** Everything older is revoked. The record stays open for the sweep of what requests in flight wrote behind it. */
export function succeeded(migration: Migration, now: number, nextLook: number): Update {
  return transition(migration, 'switched', { phase: 'done', status: 'success', finishedAt: now, nextLook });
}

/** This migration changes nothing any more (R3, R6). */
export function failed(migration: Migration, code: FailureCode, message: string, now: number): Update {
  const outcome = { phase: 'done', status: 'failure', error: { code, message }, finishedAt: now };
  return closing(migration, 'accepted', outcome, now);
}

/** Nothing is left to do, not even behind the sweep. */
export function closed(migration: Migration, now: number): Update {
  return closing(migration, 'done', {}, now);
}

/** How many leases there are to be revoked; not known before each shard is counted, nor if one was too large for it. */
export function leasesTotal(migration: Migration): number | undefined {
  const counts = SHARDS.map((shard) => migration[leasesIn(shard)]);
  return counts.every((count) => typeof count === 'number')
    ? counts.reduce((total, count) => total + count, 0)
    : undefined;
}

/**
 * How many leases are surely revoked. What a step has revoked it tells with its end: if it dies before, that is not
 * counted, and if two do the same, both count it. What was counted before is sure: at the success all of it is gone, but
 * for what was given up.
 */
export function leasesGone(migration: Migration): number {
  const { status, leasesRevoked, leasesIrrevocable } = migration;
  const total = leasesTotal(migration);
  if (total === undefined) return leasesRevoked;
  const most = Math.max(0, total - leasesIrrevocable);
  return status === 'success' ? most : Math.min(leasesRevoked, most);
}

/** The first sign of life of a shard tells what lies before it: once, for later there is less. */
export function counted(id: string, nextLook: number, shard: number, leases: number | undefined): Update {
  const { set, ...sign } = progressed(id, nextLook);
  return {
    ...sign,
    set: { ...set, [leasesIn(shard)]: leases ?? null },
    if: { phase: 'switched', [leasesIn(shard)]: { absent: true } },
  };
}

export function isCounted(migration: Migration, shard: number): boolean {
  return migration[leasesIn(shard)] !== undefined;
}

function leasesIn(shard: number): `leasesIn${number}` {
  return `leasesIn${shard}`;
}

/**
 * A sign of life of a step, and what it has done. All shards give theirs to this one record: only those that have
 * something to count are transactions, which keep each other out.
 */
export function progressed(id: string, nextLook: number, revoked = 0): Update {
  const sign = {
    update: migrationKey(id),
    set: { nextLook, revoking: true },
    if: { open: { present: true } },
  } as const;
  return revoked === 0 ? sign : { ...sign, add: { leasesRevoked: revoked } };
}

/** The record as a transition leaves it. */
export function after(migration: Migration, { set = {}, remove = [] }: Update): Migration {
  const kept = Object.entries({ ...migration, ...set }).filter(([name]) => !remove.includes(name));
  return Object.fromEntries(kept) as unknown as Migration;
}

function transition({ id }: Migration, phase: Migration['phase'], set: Record<string, unknown>): Update {
  return { update: migrationKey(id), set, if: { phase } };
}

function closing(
  migration: Migration,
  phase: Migration['phase'],
  set: Record<string, unknown>,
  now: number,
): Update {
  const ttl = Math.ceil(now / 1_000) + migration.retentionS;
  return { ...transition(migration, phase, { ...set, ttl }), remove: ['open', 'nextLook'] };
}
