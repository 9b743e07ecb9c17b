/** Makes the cluster move a drained mount, and finds out where the mount is then. */

import {
  CLUSTER_PATIENCE_MS,
  FIRST_LOOK_MS,
  MAX_LOOK_MS,
  MAX_MOVE_POSTS,
  MAX_TAINTED_PAUSE_MS,
  SEEN_MS,
  SEEN_TIMES,
  TURN_PAUSE_MS,
} from '../limits.ts';
import { ClusterUnavailable } from '../ports/cluster.ts';
import { sourceGone } from '../remount/failures.ts';
import { fullPath } from '../remount/migration.ts';
import type { NodeState } from '../remount/onCluster.ts';
import { drain } from './drain.ts';
import { fail } from './end.ts';
import {
  drainNotConverging,
  halfMoved,
  LEASE_NOT_REVOKED,
  leaseNotRevoked,
  mountElsewhere,
  mountGone,
  mountTainted,
  moveFailed,
  moveRefused,
  policyRefused,
} from './failures.ts';
import { addRules } from './followPolicies.ts';
import { namesOfKeys } from './keyNames.ts';
import { clusterPath, lookAt } from './look.ts';
import type { Placement } from './place.ts';
import { takeTurns } from './takeTurns.ts';
import { type ClusterMigration, copiesKeys } from './transitions.ts';
import { type ENDED, growing, type Pause, type Work, withCluster } from './work.ts';

/** The pause between the looks that have to agree before a migration ends. */
const SETTLE_PAUSE_MS = SEEN_MS / (SEEN_TIMES - 1);

/** First piece: the mount must still be where it was accepted. Policies come before the first lease is revoked. */
export async function begin(work: Work): Promise<Pause | typeof ENDED> {
  const placement = await look(work);
  const { hold, deps } = work;
  if (placement === 'source' || placement === 'tainted' || placement === 'target') {
    const progress = await addRules(work);
    if (progress === 'unfinished') return 0;
    if (progress !== 'done') return fail(work, policyRefused(hold.migration, progress.refused));
  }
  if (placement === 'source') {
    await hold.write(() => ({ phase: 'draining' }));
    return 0;
  }
  // Only another move can bring it back into service.
  if (placement === 'tainted') return becomeTainted(work);
  if (placement === 'target') return arrive(work);
  if (!isSettled(hold.migration, deps.clock.now())) return SETTLE_PAUSE_MS;
  const isAway = placement === 'elsewhere' || placement === 'gone';
  return isAway ? fail(work, sourceGone(hold.migration.source)) : judge(work, placement);
}

/** Drains the mount, and posts the move when that is done. */
export async function drainAndPost(work: Work): Promise<Pause | typeof ENDED> {
  const drained = await drain(work.deps, work.hold, work.until);
  const { migration } = work.hold;
  switch (drained.state) {
    case 'unfinished':
      return 0;
    case 'refused':
      return fail(work, leaseNotRevoked(migration));
    case 'not converging':
      return fail(work, drainNotConverging(migration, drained.left, drained.seconds));
    case 'drained':
      return post(work);
  }
}

/**
 * Writes the intent, then posts. A step that finds the intent never posts another target; it posts again only after it
 * has seen that the mount is still at its source.
 */
async function post(work: Work): Promise<Pause | typeof ENDED> {
  const { deps, hold } = work;
  const { source, target, phase } = hold.migration;
  if (!(await takeTurns(work))) return copiesKeys(hold.migration) ? pauseBetweenLooks(work) : TURN_PAUSE_MS;
  const placement = await look(work);
  const isThere = placement === 'source' || (placement === 'tainted' && phase === 'tainted');
  if (!isThere) return isSettled(hold.migration, deps.clock.now()) ? judge(work, placement) : SETTLE_PAUSE_MS;
  const nodes = await nodesNow(work);
  const keys = copiesKeys(hold.migration) ? await namesOfKeys(deps.cluster, hold.migration) : undefined;
  await hold.write((before) => ({
    phase: 'moving',
    ...withCluster(before, {
      posts: before.cluster.posts + 1,
      postedAt: deps.clock.now(),
      clusterId: undefined,
      refused: undefined,
      refusedLease: undefined,
      seen: undefined,
      keys: before.cluster.keys ?? keys,
      nodes: before.cluster.nodes ?? nodes,
    }),
  }));
  const { id: migrationId, requestedBy } = hold.migration;
  const about = { migrationId, requestedBy: requestedBy.accessor };
  const answer = await deps.cluster.remount(clusterPath(source), clusterPath(target), about);
  const known = 'id' in answer ? { clusterId: answer.id } : { refused: answer.why };
  await hold.write((before) => withCluster(before, known));
  return FIRST_LOOK_MS;
}

/** The nodes that must see the move. A cluster forgets a node that is down, so they are kept. */
async function nodesNow({ deps }: Work): Promise<NodeState[] | undefined> {
  try {
    return (await deps.cluster.nodes()).map(({ address }) => ({ address, state: 'unasked' }));
  } catch (error) {
    // For some seconds after a change of the leader the cluster does not know its nodes. The move need not wait for that.
    if (error instanceof ClusterUnavailable) return undefined;
    throw error;
  }
}

/** Asks the cluster for its status. Only what the mount itself shows counts in the end. */
export async function watch(work: Work): Promise<Pause | typeof ENDED> {
  const { deps, hold } = work;
  const { clusterId } = hold.migration.cluster;
  const status = clusterId === undefined ? 'unknown' : await deps.cluster.status(clusterId, '');
  if (status === 'in-progress') return pauseBetweenLooks(work);
  const placement = await look(work);
  if (placement === 'target') return arrive(work);
  return isSettled(hold.migration, deps.clock.now()) ? judge(work, placement) : SETTLE_PAUSE_MS;
}

/** The mount is at the target, also if somebody else has moved it there. */
async function arrive({ deps, hold }: Work): Promise<Pause> {
  const switchedAt = hold.migration.switchedAt ?? deps.clock.now();
  await hold.write((before) => ({
    phase: 'verifying',
    switchedAt,
    // The mount has no generation there; an undo compares it all the same.
    generation: 0,
    ...withCluster(before, { seen: undefined, refusedLease: undefined }),
  }));
  return 0;
}

/** The mount has been seen at the same place for a while. */
async function judge(work: Work, placement: Placement): Promise<Pause | typeof ENDED> {
  const { deps, hold } = work;
  const { migration } = hold;
  const { refused, posts, seen } = migration.cluster;
  switch (placement) {
    case 'source':
      if (refused !== undefined) return fail(work, moveRefused(migration, refused));
      if (posts >= MAX_MOVE_POSTS) return fail(work, moveFailed(migration));
      await hold.write((before) => ({ phase: 'draining', ...withCluster(before, FRESH_DRAIN) }));
      return 0;
    case 'target':
      return arrive(work);
    case 'tainted':
      return becomeTainted(work);
    case 'half':
      return endHalfMoved(work);
    case 'elsewhere':
      return fail(work, mountElsewhere(migration));
    case 'gone':
      return fail(work, mountGone(migration));
    default:
      if (deps.clock.now() - (seen?.since ?? 0) > CLUSTER_PATIENCE_MS) return endHalfMoved(work);
      return pauseBetweenLooks(work);
  }
}

/** Only a person can repair it. */
async function endHalfMoved(work: Work): Promise<Pause | typeof ENDED> {
  const { id, source, target } = work.hold.migration;
  const ends = { source: fullPath(source), target: fullPath(target) };
  work.deps.log.error('a mount is half moved', { id, ...ends });
  return fail(work, halfMoved(work.hold.migration));
}

const FRESH_DRAIN = { rounds: 0, isCanaryPassed: undefined, seen: undefined };

async function becomeTainted(work: Work): Promise<Pause | typeof ENDED> {
  const { deps, hold } = work;
  const { id, source, taintedAt, cluster } = hold.migration;
  if (taintedAt === undefined) deps.log.error('a mount is tainted', { id, source: fullPath(source) });
  const pause = await stayTainted(work, cluster.refused ?? 'a move of the cluster has failed');
  return taintedAt === undefined ? 0 : pause;
}

/** The cluster refuses all requests to the mount until a repeated move succeeds, which its leases may still prevent. */
export async function retryTainted(work: Work): Promise<Pause | typeof ENDED> {
  const drained = await drain(work.deps, work.hold, work.until);
  if (drained.state === 'unfinished') return 0;
  return drained.state === 'refused' ? stayTainted(work, LEASE_NOT_REVOKED) : post(work);
}

/** Each failed try is followed by a longer pause, for a day. */
async function stayTainted(work: Work, why: string): Promise<Pause | typeof ENDED> {
  const { deps, hold } = work;
  const now = deps.clock.now();
  const { taintedAt = now } = hold.migration;
  await hold.write((before) => ({
    phase: 'tainted',
    taintedAt,
    ...withCluster(before, { ...FRESH_DRAIN, waiting: { why, since: taintedAt } }),
  }));
  if (now - taintedAt > CLUSTER_PATIENCE_MS) return fail(work, mountTainted(hold.migration));
  return growing(taintedAt, now, MAX_LOOK_MS / 2, MAX_TAINTED_PAUSE_MS);
}

/** Looks where the mount is, and counts how often it was seen there in a row. */
async function look({ deps, hold }: Work): Promise<Placement> {
  const { source, target, cluster } = hold.migration;
  const placement = await lookAt(deps.cluster, { accessor: cluster.entry.accessor, source, target });
  const now = deps.clock.now();
  const { seen } = cluster;
  const isSame = seen?.placement === placement;
  const next = isSame ? { ...seen, times: seen.times + 1 } : { placement, times: 1, since: now };
  await hold.write((before) => withCluster(before, { seen: next }));
  return placement;
}

/** One look may be in the middle of a change; an end needs several that agree. */
function isSettled({ cluster: { seen } }: ClusterMigration, now: number): boolean {
  return seen !== undefined && seen.times >= SEEN_TIMES && now - seen.since >= SEEN_MS;
}

function pauseBetweenLooks({ deps, hold }: Work): Pause {
  const { cluster, acceptedAt } = hold.migration;
  return growing(cluster.postedAt ?? acceptedAt, deps.clock.now(), FIRST_LOOK_MS, MAX_LOOK_MS);
}
