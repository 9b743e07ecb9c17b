/** Why a row of a run on a cluster fails before the cluster is asked for anything. Pure. */

import { CLUSTER_PATIENCE_MS } from '../limits.ts';
import type { Failure, Migration } from '../remount/migration.ts';

/** @param row the number of the row that has failed */
export function rowBeforeFailed(row: number): Failure {
  return { code: 'row_before_failed', message: `row ${row} has to be moved before, and has failed` };
}

/** Its target may be in a namespace that does not see the run (R10). */
export function mountClaimed({ id }: Migration): Failure {
  return { code: 'mount_claimed', message: `the mount is being moved already, by migration ${id}` };
}

/** @param why names the right that the policy of the service lacks */
export function clusterForbidsRow(why: string): Failure {
  return { code: 'cluster_forbids', message: `${why}; nothing has changed` };
}

/**
 * @param why the last error
 * @returns nothing while there is still time
 */
export function waitedTooLong(why: string, waitedMs: number): Failure | undefined {
  if (waitedMs <= CLUSTER_PATIENCE_MS) return undefined;
  const hours = CLUSTER_PATIENCE_MS / 3_600_000;
  const message = `the cluster did not answer for ${hours} hours (${why}); nothing has changed`;
  return { code: 'cluster_unavailable', message };
}
