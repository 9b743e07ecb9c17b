/** Starts the migration of a row on a cluster, if the mount is still where it was and its target is still free. */

import { OVERDUE_MS } from '../limits.ts';
import type { Cluster, MountEntry } from '../ports/cluster.ts';
import { ABSENT, type Condition, ConditionFailed } from '../ports/store.ts';
import { claim } from '../remount/acceptMigration.ts';
import { sourceGone, targetInUse } from '../remount/failures.ts';
import { listings } from '../remount/listing.ts';
import { acceptance, type Failure, machineOf } from '../remount/migration.ts';
import { readMigration } from '../remount/readMigration.ts';
import { accessorClaimKey, bulkProgressKey } from '../store/keys.ts';
import { startWorkflow } from '../store/startWorkflow.ts';
import { overlap } from '../tree/path.ts';
import { rowStarted } from './bulkRun.ts';
import { mountClaimed } from './rowFailures.ts';
import type { KeptRow } from './rowRecord.ts';
import { acceptedOf, type Stand } from './switchGroup.ts';

/**
 * The migration, the claim of its mount and the progress of the chunk are one transaction.
 * @returns why the row cannot be started; nothing if it was, also by another execution
 * @throws ClusterUnavailable, ClusterForbids as the port
 */
export async function startRow(stand: Stand, row: KeptRow): Promise<Failure | undefined> {
  const { cluster } = stand.deps;
  if (!cluster) throw new Error('the deployment has no cluster');
  const found = await lookAtEnds(cluster, row);
  return 'entry' in found ? accept(stand, row, found.entry) : found.failure;
}

/** The tables are read anew for each row: the rows before it have changed them. */
async function lookAtEnds(
  cluster: Cluster,
  { source, target, mountUuid }: KeptRow,
): Promise<{ entry: MountEntry } | { failure: Failure }> {
  const own = await cluster.mounts(source.namespacePath);
  const entry = own.get(source.path);
  if (entry?.uuid !== mountUuid) return { failure: sourceGone(source) };
  const [mounts, children] = await Promise.all([
    target.namespacePath === source.namespacePath ? own : cluster.mounts(target.namespacePath),
    cluster.namespaces(target.namespacePath),
  ]);
  const taken = [...mounts.keys(), ...children.map(({ name }) => name)].find((path) =>
    overlap(path, target.path),
  );
  return taken === undefined ? { entry } : { failure: targetInUse({ source, target }, taken) };
}

async function accept(stand: Stand, row: KeptRow, entry: MountEntry): Promise<Failure | undefined> {
  const { deps, run, progress } = stand;
  const now = deps.clock.now();
  const accepted = acceptedOf(run, row, { uuid: entry.uuid, entry });
  const migration = { ...accepted, nextLook: now + OVERDUE_MS };
  const claimRef = accessorClaimKey(entry.accessor);
  let claimable: Condition = ABSENT;
  await deps.store.putMany(listings(migration));
  for (let isFirst = true; ; isFirst = false) {
    try {
      const writes = [claim(claimRef, migration, claimable), acceptance(migration)];
      await deps.store.commit([rowStarted(run.id, progress, now), ...writes]);
      break;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      // Another execution has decided the row, or the run has ended.
      if (error.failedAt(bulkProgressKey(run.id, progress.chunk))) return undefined;
      const holder = error.itemAt(claimRef)?.migrationId;
      const other = typeof holder === 'string' ? await readMigration(deps, holder) : undefined;
      if (other?.status === 'in-progress') return mountClaimed(other);
      if (!isFirst) throw error;
      claimable = typeof holder === 'string' ? { migrationId: holder } : ABSENT;
    }
  }
  await startWorkflow(deps, machineOf(migration), migration);
  return undefined;
}
