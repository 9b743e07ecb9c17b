/**
 * The transitions of a migration on a cluster. Pure.
 *
 * accepted → draining → moving → verifying → propagating → done (success). A move that the cluster did not make goes
 * from moving back to draining, or to tainted and from there to moving again. Every phase but verifying can end in
 * done (failure). A migration that has added rules to policies takes them back before it ends so: it is reverting then.
 *
 * One step works on a migration at a time: it takes hold of the record, and each of its writes is conditional on that.
 */

import { STEP_HOLD_MS } from '../limits.ts';
import type { Update } from '../ports/store.ts';
import { closing, type Failure, type Migration } from '../remount/migration.ts';
import type { OnCluster } from '../remount/onCluster.ts';
import { migrationKey } from '../store/keys.ts';
import { finalPolicies } from './policyWork.ts';

/** A migration that a cluster carries out. */
export type ClusterMigration = Migration & { cluster: OnCluster };

export function isOnCluster(migration: Migration | undefined): migration is ClusterMigration {
  return migration?.cluster !== undefined;
}

/** Whether the cluster copies the keys of the mount: it does so for a move into another namespace. */
export function copiesKeys({ source, target }: Migration): boolean {
  return source.namespaceId !== target.namespaceId;
}

/** Whether a mount may have been moved although its migration has failed, or is about to. */
export function mayBeAtTarget({ cluster, error }: Pick<Migration, 'cluster' | 'error'>): boolean {
  const isUnknown = error?.code === 'cluster_unavailable' && cluster !== undefined && cluster.posts > 0;
  return isUnknown || error?.code === 'nodes_stale';
}

/** What a step may change. */
export type StepChanges = Partial<
  Pick<
    Migration,
    | 'phase'
    | 'switchedAt'
    | 'taintedAt'
    | 'staleAt'
    | 'leasesRevoked'
    | 'leasesIrrevocable'
    | 'cluster'
    | 'generation'
    | 'error'
    | 'policyOutcome'
  >
>;

/**
 * A step takes hold of the record. The write fails while another step holds it, and when the migration has ended.
 * @param by names the step
 * @param now epoch milliseconds
 */
export function stepTaken(id: string, by: string, now: number): Update {
  const open = { open: { present: true } } as const;
  return {
    update: migrationKey(id),
    set: { stepBy: by, ...heldFrom(now) },
    if: [
      { ...open, stepBy: { absent: true } },
      { ...open, stepUntil: { below: now } },
    ],
  };
}

/** A write of the step that holds the record, which keeps it held. */
export function stepWritten(migration: Migration, by: string, changes: StepChanges, now: number): Update {
  const { phase } = migration;
  return {
    update: migrationKey(migration.id),
    set: { ...changes, ...heldFrom(now) },
    if: { phase, stepBy: by },
  };
}

/** A step that lives says so long before the end of its hold, so the reconciler need not wait any longer. */
function heldFrom(now: number): { stepUntil: number; nextLook: number } {
  const stepUntil = now + STEP_HOLD_MS;
  return { stepUntil, nextLook: stepUntil };
}

/** The step lets the record go. @param nextLook when the reconciler checks it, in epoch milliseconds */
export function stepOver(id: string, by: string, nextLook: number): Update {
  return {
    update: migrationKey(id),
    set: { nextLook },
    remove: ['stepBy', 'stepUntil'],
    if: { stepBy: by, open: { present: true } },
  };
}

/**
 * The mount is at the target, is what it was, and every node that answers has seen it there.
 * @param why policies that are not finished stay as they are
 */
export function movedOnCluster(migration: ClusterMigration, by: string, now: number, why?: string): Update {
  return ended(migration, by, { status: 'success' }, now, why);
}

/**
 * The mount is not at the target.
 * @param why rules that were added to policies stay there
 */
export function failedOnCluster(
  migration: ClusterMigration,
  by: string,
  { code, message }: Failure,
  now: number,
  why?: string,
): Update {
  return ended(migration, by, { status: 'failure', error: { code, message } }, now, why);
}

/** It waits for nothing any more. */
function ended(
  migration: ClusterMigration,
  by: string,
  outcome: Pick<Migration, 'status' | 'error'>,
  now: number,
  why: string | undefined,
): Update {
  const { phase } = migration;
  const { waiting: _, policies: __, ...cluster } = migration.cluster;
  const facts = {
    ...outcome,
    ...finalPolicies(migration, outcome.status, why),
    phase: 'done',
    finishedAt: now,
    cluster,
  };
  const update = closing(migration, phase, facts, now);
  return { ...update, remove: [...(update.remove ?? []), 'stepBy', 'stepUntil'], if: { phase, stepBy: by } };
}
