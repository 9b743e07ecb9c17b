/**
 * The record of a migration and its transitions. Pure.
 *
 * accepted → switched → done (success), or accepted → done (failure). A migration on a cluster has other transitions
 * (functions/cluster/transitions.ts).
 *
 * Each transition is one update, conditional on the phase before it. So it happens once, however many executions try,
 * and a terminal status never changes (R6). While there is work left, the record is in the index `open` under the time
 * at which the reconciler checks it next.
 */

import { OVERDUE_MS } from '../limits.ts';
import type { MountEntry } from '../ports/cluster.ts';
import { ABSENT, type Item, type Update, type Write } from '../ports/store.ts';
import { migrationKey, openShard } from '../store/keys.ts';
import { record } from '../store/record.ts';
import type { Mount } from '../tree/mount.ts';
import type { Namespace } from '../tree/namespace.ts';
import { aliasTimes, type LeftAlias } from './leftAlias.ts';
import { type ClusterOptions, DEFAULT_CLUSTER_OPTIONS, type OnCluster } from './onCluster.ts';
import type { PolicyOrder, PolicyOutcome } from './policyOrder.ts';

/** The place of a mount: its path in a namespace. `namespacePath` is for people. */
export interface Place {
  namespaceId: string;
  namespacePath: string;
  path: string;
}

/** The path from the root namespace. */
export function fullPath({ namespacePath, path }: Place): string {
  return namespacePath + path;
}

/** The phases that only a migration on a cluster has (architecture §11). */
type ClusterPhase = 'draining' | 'moving' | 'tainted' | 'verifying' | 'propagating' | 'reverting';

export interface Migration extends LeftAlias {
  id: string;
  mountUuid: string;
  source: Place;
  target: Place;
  status: 'in-progress' | 'success' | 'failure';
  phase: 'accepted' | 'switched' | ClusterPhase | 'done';
  /** The generation that the mount must have; without it, any. */
  onlyGeneration?: number | undefined;
  /** The generation of the mount after the switch. */
  generation?: number;
  /** Number of the latest execution; executions are named `<id>-<attempt>`. */
  attempt: number;
  /** When the reconciler checks it next, in epoch milliseconds; absent when nothing is left to do. */
  nextLook?: number;
  /** All times in epoch milliseconds. */
  acceptedAt: number;
  switchedAt?: number;
  /** When a cluster was first seen to refuse requests to the mount after a failed move. */
  taintedAt?: number;
  /** When a node of a cluster was first seen not to have seen the move. */
  staleAt?: number;
  finishedAt?: number;
  /** Whether the revocation has started. */
  revoking?: boolean;
  /** Older leases in a shard when its revocation started; `null` when there were too many to count. */
  [leasesIn: `leasesIn${number}`]: number | null;
  leasesRevoked: number;
  leasesIrrevocable: number;
  error?: Failure;
  requestedBy: Requester;
  /** Free text of the request. */
  reason?: string | undefined;
  /** The migration that this one undoes. */
  undoOf?: string | undefined;
  /** The bulk run that this one is part of. */
  bulkId?: string | undefined;
  /** Ids from the root namespace down to that of the target. */
  targetLineage?: string[];
  /** Whether that run gives the rules of policies the path of the target, once for all its moves. */
  followedByRun?: boolean | undefined;
  /** What it is to do with policies, if anything. */
  policies?: PolicyOrder | undefined;
  /** What its switch, or its steps on a cluster, have done with them. */
  policyOutcome?: PolicyOutcome;
  /** Ids of the namespaces that see it: those of source and target, and their ancestors (R10). */
  visibleTo: string[];
  /** Seconds for which the record is kept after the end of the migration. */
  retentionS: number;
  /** Present when a cluster moves the mount. */
  cluster?: OnCluster;
  /** The step that works on a migration on a cluster, and until when it may, in epoch milliseconds. */
  stepBy?: string;
  stepUntil?: number;
}

export interface Failure {
  code: FailureCode;
  message: string;
}

type FailureCode =
  | 'source_gone'
  | 'target_in_use'
  | 'namespace_gone'
  | 'namespace_locked'
  | 'not_switched_in_time'
  | 'cancelled'
  // Of a migration on a cluster.
  | 'lease_not_revoked'
  | 'drain_not_converging'
  | 'move_refused'
  | 'move_failed'
  | 'mount_tainted'
  | 'half_moved'
  | 'mount_elsewhere'
  | 'mount_claimed'
  | 'policy_refused'
  | 'row_before_failed'
  | 'mount_gone'
  | 'nodes_stale'
  | 'cluster_unavailable'
  | 'cluster_forbids';

export interface Requester {
  displayName: string;
  accessor: string;
  /** The path of the token's namespace. */
  namespace: string;
}

/** The properties of a migration besides its move. */
export type Order = Pick<
  Migration,
  | 'id'
  | 'requestedBy'
  | 'reason'
  | 'undoOf'
  | 'bulkId'
  | 'followedByRun'
  | 'onlyGeneration'
  | 'policies'
  | 'aliasTtlS'
  | 'retentionS'
> & {
  /** Epoch milliseconds. */
  now: number;
  /** For a mount of a cluster. */
  clusterOptions?: ClusterOptions | undefined;
};

/** The part of a move that a migration records. */
export interface Moving {
  mount: Pick<Mount, 'uuid' | 'entry'>;
  source: End;
  target: End;
}

interface End {
  namespace: Pick<Namespace, 'id' | 'path' | 'lineage'>;
  path: string;
}

export function newMigration(
  { now, clusterOptions, ...order }: Order,
  { mount, source, target }: Moving,
): Migration {
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
    targetLineage: target.namespace.lineage,
    status: 'in-progress',
    phase: 'accepted',
    attempt: 1,
    nextLook: now + OVERDUE_MS,
    acceptedAt: now,
    leasesRevoked: 0,
    leasesIrrevocable: 0,
    visibleTo: [...new Set([...source.namespace.lineage, ...target.namespace.lineage])],
    ...(mount.entry && { cluster: onCluster(mount.entry, clusterOptions) }),
  };
}

function onCluster(entry: MountEntry, options = DEFAULT_CLUSTER_OPTIONS): OnCluster {
  return { entry, options, rounds: 0, posts: 0, warnings: [] };
}

/** The state machine that carries out the migration. */
export function machineOf({ cluster }: Pick<Migration, 'cluster'>): 'remount' | 'cluster' {
  return cluster ? 'cluster' : 'remount';
}

/** Whether the mount cannot have moved yet. Until then the migration can be cancelled. */
export function isUnmoved({ phase }: Migration): boolean {
  return phase === 'accepted' || phase === 'draining';
}

const RECORD = record<Migration>('migration');

/** The write that creates the record. A move of a bulk run is recorded with its outcome. */
export function acceptance(migration: Migration): Write {
  const open = migration.nextLook === undefined ? undefined : openShard(migration.id);
  return { put: RECORD.at(migrationKey(migration.id), migration, { open }), if: ABSENT };
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Checks an id from a request. Another text may be too long for a key of the store. */
export function isMigrationId(text: string): boolean {
  return ID.test(text);
}

export function migrationOf(item: Item | undefined): Migration | undefined {
  return RECORD.of(item);
}

/**
 * The migration's transition in the switch.
 * @param issued whether the mount has ever issued anything; if not, the migration succeeds with the switch
 */
export function switched(migration: Migration, generation: number, issued: boolean, now: number): Update {
  const alias = aliasTimes(migration, now);
  const facts = { generation, switchedAt: now, ...alias };
  if (issued)
    return transition(migration, 'accepted', { ...facts, phase: 'switched', nextLook: now + OVERDUE_MS });
  const outcome = { ...facts, phase: 'done', status: 'success', finishedAt: now };
  if (!alias) return closing(migration, 'accepted', outcome, now);
  return transition(migration, 'accepted', { ...outcome, isSwept: true, nextLook: alias.aliasLookAt });
}

/** Everything older is revoked. The record stays open until late writes of requests in flight are removed too. */
export function succeeded(migration: Migration, now: number, nextLook: number): Update {
  return transition(migration, 'switched', { phase: 'done', status: 'success', finishedAt: now, nextLook });
}

/**
 * The mount is not at the target, and this migration will not move it there (R3, R6).
 * @param migration unmoved: the write fails when it has come further
 */
export function failed(migration: Migration, { code, message }: Failure, now: number): Update {
  const outcome = { phase: 'done', status: 'failure', error: { code, message }, finishedAt: now };
  return closing(migration, migration.phase, outcome, now);
}

/** The same for a migration on a cluster that may have added rules to policies: its steps take them back before it ends. */
export function reverting(migration: Migration, { code, message }: Failure): Update {
  return transition(migration, migration.phase, { phase: 'reverting', error: { code, message } });
}

/** Late writes are removed too: nothing is left to do, except for an alias until that ends. */
export function swept(migration: Migration, now: number): Update {
  const { aliasLookAt } = migration;
  if (aliasLookAt === undefined) return closing(migration, 'done', {}, now);
  const sweeping = transition(migration, 'done', { isSwept: true, nextLook: aliasLookAt });
  // If the alias was renewed or ended meanwhile, the next execution takes its new time.
  return { ...sweeping, if: { phase: 'done', aliasLookAt } };
}

/** The record after a transition. */
export function after(migration: Migration, { set = {}, remove = [] }: Update): Migration {
  const left: Partial<Migration> = { ...migration, ...set };
  for (const name of remove) delete left[name as keyof Migration];
  return left as Migration;
}

function transition({ id }: Migration, phase: Migration['phase'], set: Record<string, unknown>): Update {
  return { update: migrationKey(id), set, if: { phase } };
}

export function closing(
  migration: Migration,
  phase: Migration['phase'],
  set: Record<string, unknown>,
  now: number,
): Update {
  const ttl = Math.ceil(now / 1_000) + migration.retentionS;
  return { ...transition(migration, phase, { ...set, ttl }), remove: ['open', 'nextLook'] };
}
