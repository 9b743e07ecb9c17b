/**
 * Carries out one group of a bulk run: all of its moves are switched in one transaction, which also records their
 * migrations and counts them. Whoever repeats it finds the count advanced and has done nothing.
 */

import { LONGEST_BULK_S } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Ref, Store } from '../ports/store.ts';
import { listings } from '../remount/listing.ts';
import {
  acceptance,
  after,
  type FailureCode,
  failed,
  type Migration,
  newMigration,
  type Place,
  switched,
} from '../remount/migration.ts';
import { afterSwitch, fullPath } from '../remount/switchMount.ts';
import { namespaceKey, treeKey } from '../store/keys.ts';
import { changeTree } from '../tree/changeTree.ts';
import { raiseGeneration } from '../tree/generation.ts';
import { type Mount, mountItem, mountOf, unchangedMount } from '../tree/mount.ts';
import type { TreeChange } from '../tree/planTree.ts';
import { advanced, type BulkRun, type Progress } from './bulkRun.ts';
import { type KeptRow, migrationIdOf } from './rowRecord.ts';

/** Why a move cannot be carried out any more. */
export interface Obstacle {
  row: KeptRow;
  code: FailureCode;
  message: string;
}

/** Where a step stands: what it decides is counted from here. */
export interface Stand {
  deps: Deps;
  run: BulkRun;
  progress: Progress;
}

/** The mounts of a group as they are now. */
export type Mounts = Map<KeptRow, Mount>;

/**
 * @param read one by one for what an end shall hang on: a batch may be served in the middle of somebody's transaction
 * @returns the mounts, but those of rows that have an obstacle
 */
export async function lookAtGroup(
  rows: KeptRow[],
  read: Store['getMany'],
): Promise<{ mounts: Mounts; obstacles: Obstacle[] }> {
  const namespaces = [
    ...new Set(rows.flatMap(({ source, target }) => [source.namespaceId, target.namespaceId])),
  ];
  const refs: Ref[] = [
    ...namespaces.map(namespaceKey),
    ...rows.map(({ source }) => treeKey(source.namespaceId, source.path)),
  ];
  const items = await read(refs);
  const gone = new Set(
    namespaces.filter((id, i) => id !== 'root' && (!items[i] || items[i].deleting === true)),
  );
  const mounts: Mounts = new Map();
  const obstacles: Obstacle[] = [];
  rows.forEach((row, i) => {
    const leaving = [row.source, row.target].find(({ namespaceId }) => gone.has(namespaceId));
    const mount = mountOf(items[namespaces.length + i]);
    if (leaving) obstacles.push({ row, code: 'namespace_gone', message: goneText(leaving) });
    else if (!mount || !isRight(row, mount))
      obstacles.push({ row, code: 'source_gone', message: noMount(row) });
    else mounts.set(row, mount);
  });
  return { mounts, obstacles };
}

function isRight({ mountUuid, onlyGeneration }: KeptRow, { uuid, generation }: Mount): boolean {
  return uuid === mountUuid && generation === (onlyGeneration ?? generation);
}

function goneText({ namespacePath }: Place): string {
  return `namespace "${namespacePath}" is being deleted or gone`;
}

function noMount({ source }: KeptRow): string {
  return `no matching mount at "${fullPath(source)}"`;
}

/**
 * @returns the migrations, of which those that have leases to revoke are not over
 * @throws ConditionFailed, at the chunk's progress when another execution has carried out the group
 */
export async function switchGroup({ deps, run, progress }: Stand, mounts: Mounts): Promise<Migration[]> {
  const now = deps.clock.now();
  const moves = [...mounts].map(([row, mount]) => {
    const accepted = acceptedOf(run, row);
    const moved = afterSwitch(mount, accepted, now);
    const migration = after(accepted, switched(accepted, moved.generation, mount.issued, now));
    return { mount, moved, migration };
  });
  const migrations = moves.map(({ migration }) => migration);
  await deps.store.putMany(migrations.flatMap(listings));
  const open = migrations.filter(({ status }) => status === 'in-progress').length;
  const outcome = { succeeded: moves.length - open, revoking: open, failed: 0 };
  await changeTree(deps.store, moves.flatMap(changesOf), [
    advanced(run.id, progress, outcome, now),
    ...migrations.map(acceptance),
    ...moves.map(({ mount, moved }) => raiseGeneration(mount.uuid, moved.generation)),
  ]);
  return migrations;
}

function changesOf({ mount, moved }: { mount: Mount; moved: Mount }): TreeChange[] {
  return [
    { namespaceId: mount.namespaceId, path: mount.path, before: unchangedMount(mount) },
    { namespaceId: moved.namespaceId, path: moved.path, after: mountItem(moved) },
  ];
}

/**
 * None of these moves has changed anything, nor will it (R6).
 * @throws ConditionFailed when another execution has decided them
 */
export async function failTogether(
  { deps, run, progress }: Stand,
  rows: KeptRow[],
  obstacle: Obstacle,
): Promise<void> {
  const now = deps.clock.now();
  const migrations = rows.map((row) => {
    const { code, message } = row === obstacle.row ? obstacle : companion(obstacle);
    const accepted = acceptedOf(run, row);
    return after(accepted, failed(accepted, code, message, now));
  });
  await deps.store.putMany(migrations.flatMap(listings));
  const outcome = { succeeded: 0, revoking: 0, failed: rows.length };
  await deps.store.commit([advanced(run.id, progress, outcome, now), ...migrations.map(acceptance)]);
}

/** Of the others in a cycle, or in an atomic run. */
function companion({ row, code, message }: Obstacle): Pick<Obstacle, 'code' | 'message'> {
  return { code, message: `goes together with row ${row.row}: ${message}` };
}

/**
 * The migration as if it had been accepted by itself. Its time is that of the run, so that it is listed once, and its
 * record outlives that of the run, which tells what has come of each move by it.
 */
function acceptedOf(run: BulkRun, row: KeptRow): Migration {
  const { requestedBy, reason, createdAt: now } = run;
  const end = ({ namespaceId: id, namespacePath, lineage, path }: KeptRow['source']) => ({
    namespace: { id, path: namespacePath, lineage },
    path,
  });
  const order = {
    id: migrationIdOf(run.id, row.row),
    now,
    requestedBy,
    reason,
    retentionS: run.retentionS + LONGEST_BULK_S,
    bulkId: run.id,
    undoOf: row.undoOf,
    onlyGeneration: row.onlyGeneration,
  };
  return newMigration(order, {
    mount: { uuid: row.mountUuid },
    source: end(row.source),
    target: end(row.target),
  });
}
