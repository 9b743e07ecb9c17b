/**
 * Decides the next moves of a chunk. The moves of a group are switched in one transaction. When something is in the way
 * the transaction gets smaller, so that a move that cannot be switched fails alone, or with its knot only.
 */

import { MAX_CONTENDED_TRIES, SWITCH_DEADLINE_MS } from '../limits.ts';
import { ConditionFailed, type Store, StoreBusy } from '../ports/store.ts';
import { namespaceIsLocked, notSwitchedInTime } from '../remount/failures.ts';
import type { Failure } from '../remount/migration.ts';
import { findTakenTarget, oneByOne, type Readiness, readMounts } from '../remount/switchTogether.ts';
import { bulkProgressKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { startWorkflow } from '../store/startWorkflow.ts';
import type { Mount } from '../tree/mount.ts';
import type { KeptRow } from './rowRecord.ts';
import { failTogether, type Stand, switchGroup } from './switchGroup.ts';

/**
 * Decides the group, or the first part of it. The progress of the chunk records how much. This loop does not use
 * `retryContended`: each try is a different one, with fewer moves, with a failure, or after the deadline.
 * @throws StoreBusy when other writes kept changing the mounts
 */
export async function advance(stand: Stand, group: KeptRow[]): Promise<void> {
  const { store } = stand.deps;
  const progress = bulkProgressKey(stand.run.id, stand.progress.chunk);
  for (let tries = 1; ; tries++) {
    const { mounts, failures } = await readRows(stand, group, store.getMany);
    const clear = beforeFailures(group, failures);
    const next = clear.length > 0 ? clear : firstKnot(group);
    try {
      if (clear.length > 0) return await switchAndRevoke(stand, clear, mounts);
      const [failed] = (await readRows(stand, next, oneByOne(store))).failures;
      if (failed) return await failTogether(stand, next, failed);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      // Another execution has decided these moves.
      if (error.failedAt(progress)) return;
      const half = firstHalf(next);
      if (half.length < next.length) return advance(stand, half);
      const taken = await findTakenTarget(stand.deps, next);
      if (taken) return failTogether(stand, next, taken);
    }
    if (tries === MAX_CONTENDED_TRIES) return giveUp(stand, next);
  }
}

/** As `readMounts`; a move whose rules could not be added, because of a lock, fails as if that had not ended. */
async function readRows(
  { run: { lockedOut = [] } }: Stand,
  rows: KeptRow[],
  read: Store['getMany'],
): Promise<Readiness<KeptRow>> {
  const { mounts, failures } = await readMounts(rows, read);
  for (const row of rows) {
    const lock = lockedOut.find((path) => row.source.namespacePath.startsWith(path));
    if (lock !== undefined) failures.set(row, namespaceIsLocked(lock));
  }
  return { mounts, failures };
}

async function switchAndRevoke(
  stand: Stand,
  rows: KeptRow[],
  mounts: ReadonlyMap<KeptRow, Mount>,
): Promise<void> {
  const own = new Map([...mounts].filter(([row]) => rows.includes(row)));
  const migrations = await switchGroup(stand, own);
  const open = migrations.filter(({ status }) => status === 'in-progress');
  await severalAtOnce(open, (migration) => startWorkflow(stand.deps, 'remount', migration));
}

/** Fails the knot when its deadline has passed; before that, the step is retried. */
async function giveUp(stand: Stand, knot: KeptRow[]): Promise<void> {
  const { deps, run, progress } = stand;
  const since = progress.movedAt ?? run.startedAt ?? run.createdAt;
  if (deps.clock.now() - since <= SWITCH_DEADLINE_MS)
    throw new StoreBusy('the mounts kept changing while they were to be switched');
  await failTogether(stand, knot, [knot[0] as KeptRow, notSwitchedInTime()]);
}

/** The rows before the first knot that has a failure. */
function beforeFailures(group: KeptRow[], failures: ReadonlyMap<KeptRow, Failure>): KeptRow[] {
  const failedKnots = new Set([...failures.keys()].map(({ knot }) => knot));
  const first = group.findIndex(({ knot }) => failedKnots.has(knot));
  return first === -1 ? group : group.slice(0, first);
}

function firstKnot(rows: KeptRow[]): KeptRow[] {
  return rows.filter(({ knot }) => knot === rows[0]?.knot);
}

/** Whole knots, at least one. */
function firstHalf(rows: KeptRow[]): KeptRow[] {
  const knots = [...new Set(rows.map(({ knot }) => knot))];
  const kept = new Set(knots.slice(0, Math.ceil(knots.length / 2)));
  return rows.filter(({ knot }) => kept.has(knot));
}
