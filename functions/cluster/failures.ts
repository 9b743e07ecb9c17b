/** Why a migration on a cluster fails: the code and the text that its record keeps. Pure. */

import { CLUSTER_PATIENCE_MS, MAX_MOVE_POSTS } from '../limits.ts';
import { type Failure, fullPath, type Migration } from '../remount/migration.ts';
import type { PolicyRef } from '../remount/policyOrder.ts';
import { namespaceInWords } from '../tree/namespace.ts';

/** What every text says of the leases, because a failed move on a cluster may have ended some (architecture §11). */
function endedLeases({ leasesRevoked, leasesIrrevocable }: Migration): string {
  const revoked = `${leasesRevoked} leases had been revoked by then`;
  return leasesIrrevocable === 0 ? revoked : `${revoked}, and ${leasesIrrevocable} dropped`;
}

function served(migration: Migration): string {
  return `the mount is served at "${fullPath(migration.source)}"; ${endedLeases(migration)}`;
}

/** Everybody who sees the migration reads this. */
export const LEASE_NOT_REVOKED = 'a lease could not be revoked';

/** The lease, and the words of the cluster, are in the record for those who may list leases. */
export function leaseNotRevoked(migration: Migration): Failure {
  return { code: 'lease_not_revoked', message: `${LEASE_NOT_REVOKED}; ${served(migration)}` };
}

/** @param seconds for which the cluster would refuse requests while it revokes them */
export function drainNotConverging(migration: Migration, left: number, seconds: number): Failure {
  const refusal = `the cluster would refuse requests for about ${seconds} seconds while it revokes them`;
  const message = `${left} leases are left after ${migration.cluster?.rounds} rounds: ${refusal}; ${served(migration)}`;
  return { code: 'drain_not_converging', message };
}

/** The name of the policy, and the words of the cluster, are in the record for those who may read it. */
export function policyRefused(migration: Migration, { namespacePath }: PolicyRef): Failure {
  const what = `the cluster did not take the new text of a policy of ${namespaceInWords(namespacePath)}`;
  return { code: 'policy_refused', message: `${what}; ${served(migration)}` };
}

export function moveRefused(migration: Migration, why: string): Failure {
  return { code: 'move_refused', message: `the cluster refused the move: ${why}; ${served(migration)}` };
}

export function moveFailed(migration: Migration): Failure {
  const message = `the cluster failed to move the mount ${MAX_MOVE_POSTS} times and gives no reason; ${served(migration)}`;
  return { code: 'move_failed', message };
}

const HOURS = CLUSTER_PATIENCE_MS / 3_600_000;

/** The cluster may have begun a move that goes on when it can. */
export function mountTainted(migration: Migration): Failure {
  const path = fullPath(migration.source);
  const state = `the cluster has refused all requests to "${path}" for ${HOURS} hours after a failed move`;
  const message = `${state}; a repeated remount may yet move the mount; ${endedLeases(migration)}`;
  return { code: 'mount_tainted', message };
}

export function halfMoved(migration: Migration): Failure {
  const [from, to] = [migration.source, migration.target].map(fullPath);
  const message = `the mount is at "${from}" and at "${to}", and neither may have all of its keys: see docs/cluster.md, "A half moved mount"; ${endedLeases(migration)}`;
  return { code: 'half_moved', message };
}

export function mountElsewhere(migration: Migration): Failure {
  const [from, to] = [migration.source, migration.target].map(fullPath);
  const message = `the mount is at neither "${from}" nor "${to}": somebody else has moved it; ${endedLeases(migration)}`;
  return { code: 'mount_elsewhere', message };
}

export function mountGone(migration: Migration): Failure {
  const message = `the cluster has no mount with the accessor ${migration.cluster?.entry.accessor} any more; ${endedLeases(migration)}`;
  return { code: 'mount_gone', message };
}

/** The mount is at the target for the clients of the active node only. */
export function nodesStale(migration: Migration): Failure {
  const stale = (migration.cluster?.nodes ?? []).filter(({ state }) => state === 'stale');
  const nodes = stale.map(({ address }) => address).join(', ');
  const message = `the active node serves the mount at "${fullPath(migration.target)}", but ${nodes} did not within ${HOURS} hours: see docs/cluster.md, "Stale nodes"`;
  return { code: 'nodes_stale', message };
}

/** @param why the last error */
export function clusterUnavailable(migration: Migration, why: string): Failure {
  const where = migration.cluster?.posts ? 'the mount may have been moved' : served(migration);
  const message = `the cluster did not answer for ${HOURS} hours (${why}); ${where}`;
  return { code: 'cluster_unavailable', message };
}

/** @param why names the right that the policy of the service lacks */
export function clusterForbids(migration: Migration, why: string): Failure {
  return { code: 'cluster_forbids', message: `${why}; ${served(migration)}` };
}
