/** Logs that the cluster could not be asked. The texts are those of requests, so that one alarm reads all of them. */

import { ClusterForbids, type ClusterUnavailable } from '../ports/cluster.ts';
import type { Log } from '../ports/deps.ts';

/** @param id of the migration or the run that needs an answer */
export function logUnanswered(log: Log, id: string, error: ClusterForbids | ClusterUnavailable): void {
  const facts = { id, why: error.message };
  if (error instanceof ClusterForbids) log.error('the cluster refuses the service', facts);
  else log.warn('the cluster does not answer', facts);
}
