/** The step of a migration on a cluster: does what the phase of the record asks for, again and again, while it has time. */

import {
  CLUSTER_PATIENCE_MS,
  FIRST_UNANSWERED_PAUSE_MS,
  MAX_CLUSTER_LOOKS,
  MAX_LOOK_MS,
  MAX_UNANSWERED_PAUSE_MS,
  OVERDUE_MS,
  PAUSE_WITHIN_STEP_MS,
} from '../limits.ts';
import { ClusterForbids, ClusterUnavailable } from '../ports/cluster.ts';
import { isUnmoved, type Migration } from '../remount/migration.ts';
import { readMigration } from '../remount/readMigration.ts';
import { endReverted, fail, revert, succeedAsItIs } from './end.ts';
import { clusterForbids, clusterUnavailable } from './failures.ts';
import { Hold, HoldLost } from './hold.ts';
import { logUnanswered } from './logUnanswered.ts';
import { begin, drainAndPost, retryTainted, watch } from './moveMount.ts';
import { propagate } from './propagate.ts';
import { verify } from './verify.ts';
import { ENDED, growing, type Pause, type StepDeps, type Work, withCluster } from './work.ts';

/** What the workflow does next. */
export interface ClusterNext {
  id: string;
  next: 'wait' | 'end';
  /** Seconds of the wait. */
  seconds: number;
  /** Steps of this execution. A long execution ends, and the reconciler starts the next one. */
  looks: number;
}

type Piece = (work: Work) => Promise<Pause | typeof ENDED>;

const PIECES: Record<Exclude<Migration['phase'], 'switched' | 'done'>, Piece> = {
  accepted: begin,
  draining: drainAndPost,
  moving: watch,
  tainted: retryTainted,
  verifying: verify,
  propagating: propagate,
  reverting: revert,
};

/**
 * @param until epoch milliseconds after which no further work is begun
 * @returns what the workflow does next; a repeated step finds the record as it is and goes on from there
 */
export async function clusterStep(
  deps: StepDeps,
  { id, looks }: Pick<ClusterNext, 'id' | 'looks'>,
  until: number,
): Promise<ClusterNext> {
  const next = { id, looks: looks + 1 };
  const hold = await Hold.take(deps, id);
  if (!hold) {
    const isOpen = (await readMigration(deps, id))?.status === 'in-progress';
    return { ...next, next: isOpen ? 'wait' : 'end', seconds: isOpen ? MAX_LOOK_MS / 1_000 : 0 };
  }
  const pause = await hold.during(() => workOn({ deps, hold, until }));
  if (pause !== ENDED) await hold.release(deps.clock.now() + pause + OVERDUE_MS);
  if (pause === ENDED || looks >= MAX_CLUSTER_LOOKS) return { ...next, next: 'end', seconds: 0 };
  return { ...next, next: 'wait', seconds: Math.max(1, Math.ceil(pause / 1_000)) };
}

async function workOn(work: Work): Promise<Pause | typeof ENDED> {
  const { clock } = work.deps;
  let pause: Pause | typeof ENDED = 0;
  try {
    do {
      if (pause > 0) await clock.sleep(pause);
      pause = await pieceOf(work);
    } while (pause !== ENDED && pause <= PAUSE_WITHIN_STEP_MS && clock.now() + pause < work.until);
  } catch (error) {
    if (!(error instanceof HoldLost)) throw error;
    pause = MAX_LOOK_MS;
  }
  return pause;
}

/** An unreachable cluster is waited for; it is never taken for an answer. */
async function pieceOf(work: Work): Promise<Pause | typeof ENDED> {
  const { phase } = work.hold.migration;
  if (phase === 'done' || phase === 'switched') return ENDED;
  const { waiting } = work.hold.migration.cluster;
  try {
    const pause = await PIECES[phase](work);
    const isOver = waiting !== undefined && work.hold.migration.cluster.waiting === waiting;
    if (isOver && pause !== ENDED)
      await work.hold.write((before) => withCluster(before, { waiting: undefined }));
    return pause;
  } catch (error) {
    const isRefused = error instanceof ClusterForbids;
    if (!isRefused && !(error instanceof ClusterUnavailable)) throw error;
    const { deps, hold } = work;
    logUnanswered(deps.log, hold.migration.id, error);
    if (isRefused && isUnmoved(hold.migration))
      return fail(work, clusterForbids(hold.migration, error.message));
    return waitFor(work, error.message);
  }
}

async function waitFor(work: Work, why: string): Promise<Pause | typeof ENDED> {
  const { deps, hold } = work;
  const now = deps.clock.now();
  const since = hold.migration.cluster.waiting?.since ?? now;
  await hold.write((before) => withCluster(before, { waiting: { why, since } }));
  if (now - since <= CLUSTER_PATIENCE_MS)
    return growing(since, now, FIRST_UNANSWERED_PAUSE_MS, MAX_UNANSWERED_PAUSE_MS);
  const { phase } = hold.migration;
  if (phase === 'reverting') return endReverted(work, `it could not be taken back: ${why}`);
  if (phase !== 'verifying' && phase !== 'propagating')
    return fail(work, clusterUnavailable(hold.migration, why));
  // It is at the target: that it could not be verified to the end is no reason to say otherwise.
  await hold.write((before) =>
    withCluster(before, { warnings: [...before.cluster.warnings, `the move could not be verified: ${why}`] }),
  );
  return succeedAsItIs(work, why);
}
