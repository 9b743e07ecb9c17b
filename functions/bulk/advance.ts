/**
 * Decides the next moves of a chunk: those of a group together if they can be, and fewer when something is in the
 * way, so that one bad move fails alone and takes along only what it is tied to.
 */

import { MAX_CONTENDED_TRIES, SWITCH_DEADLINE_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, StoreBusy } from '../ports/store.ts';
import { conflictAt, oneByOne } from '../remount/switchMount.ts';
import { bulkProgressKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { startWorkflow } from '../store/startWorkflow.ts';
import { keepNamespace } from '../tree/restoreNamespace.ts';
import type { KeptRow } from './rowRecord.ts';
import { failTogether, lookAtGroup, type Obstacle, type Stand, switchGroup } from './switchGroup.ts';

/**
 * Decides the group or the beginning of it; how much that was, the progress tells. The loop is its own, since after
 * each try the next one is another: fewer moves, a failure that is told, or in the end the time that is over.
 * @throws StoreBusy when other changes kept coming in between
 */
export async function advance(stand: Stand, group: KeptRow[]): Promise<void> {
  const progress = bulkProgressKey(stand.run.id, stand.progress.chunk);
  for (let tries = 1; ; tries++) {
    const { mounts, obstacles } = await lookAtGroup(group, stand.deps.store.getMany);
    const clear = beforeObstacles(group, obstacles);
    const next = clear.length > 0 ? clear : firstKnot(group);
    try {
      if (clear.length > 0) return await switchAndRevoke(stand, next, mounts);
      if (await failIfSure(stand, next)) return;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      // Another execution has decided them.
      if (error.failedAt(progress)) return;
      const half = firstHalf(next);
      if (half.length < next.length) return advance(stand, half);
      const conflict = await conflictOf(stand.deps, next);
      if (conflict) return failTogether(stand, next, conflict);
    }
    if (tries === MAX_CONTENDED_TRIES) return giveUp(stand, next);
  }
}

async function switchAndRevoke(
  stand: Stand,
  rows: KeptRow[],
  mounts: Awaited<ReturnType<typeof lookAtGroup>>['mounts'],
): Promise<void> {
  const own = new Map([...mounts].filter(([row]) => rows.includes(row)));
  const migrations = await switchGroup(stand, own);
  const namespaces = new Set(migrations.map(({ target }) => target.namespaceId));
  await severalAtOnce([...namespaces], (namespaceId) => keepNamespace(stand.deps, namespaceId));
  const open = migrations.filter(({ status }) => status === 'in-progress');
  await severalAtOnce(open, (migration) => startWorkflow(stand.deps, 'remount', migration));
}

/** @returns whether the knot has failed; otherwise it was only seen in the middle of a change */
async function failIfSure(stand: Stand, knot: KeptRow[]): Promise<boolean> {
  const [obstacle] = (await lookAtGroup(knot, oneByOne(stand.deps.store))).obstacles;
  if (obstacle) await failTogether(stand, knot, obstacle);
  return obstacle !== undefined;
}

/** What is in the way at a target, and is not going to leave in the same transaction. */
async function conflictOf({ store }: Deps, knot: KeptRow[]): Promise<Obstacle | undefined> {
  const leaving = new Set(knot.map(({ source }) => source.namespacePath + source.path));
  const conflicts = await severalAtOnce(knot, async (row) => ({
    row,
    at: await conflictAt({ store }, row.target),
  }));
  const real = conflicts.find(({ at }) => at !== undefined && !leaving.has(at));
  return real && { row: real.row, code: 'target_in_use', message: `path already in use at "${real.at}"` };
}

/** A move that cannot switch for so long is not waited for any longer. */
async function giveUp(stand: Stand, knot: KeptRow[]): Promise<void> {
  const { deps, run, progress } = stand;
  const since = progress.movedAt ?? run.startedAt ?? run.createdAt;
  if (deps.clock.now() - since <= SWITCH_DEADLINE_MS)
    throw new StoreBusy('the mounts kept changing while they were to be switched');
  const minutes = SWITCH_DEADLINE_MS / 60_000;
  const message = `the mount could not be switched within ${minutes} minutes; nothing has changed`;
  await failTogether(stand, knot, { row: knot[0] as KeptRow, code: 'not_switched_in_time', message });
}

/** The rows before the first knot that something is in the way of. */
function beforeObstacles(group: KeptRow[], obstacles: Obstacle[]): KeptRow[] {
  const hindered = new Set(obstacles.map(({ row }) => row.knot));
  const first = group.findIndex(({ knot }) => hindered.has(knot));
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
