/**
 * The verdict of a cluster on a request that our own code allows. Both have to allow it: only the cluster knows all that
 * its policies can say, and only our code judges the fields of the request (architecture §11).
 */

import type { Caller } from '../credentials/caller.ts';
import type { Call } from '../http/route.ts';
import type { AccessDecision } from '../policies/acl.ts';
import type { Deps } from '../ports/deps.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';

/**
 * Lets handlers ask for the verdict of the cluster on other paths than that of the request.
 * @param token of the request
 */
export function judgedByCluster(
  { cluster }: Pick<Deps, 'cluster'>,
  token: string | undefined,
): Pick<Caller, 'capabilitiesAt'> {
  if (!cluster || token === undefined) return {};
  return { capabilitiesAt: (path) => cluster.capabilities(token, { namespace: '', path }) };
}

/**
 * @param token of the request
 * @param paths with the namespace's path, as for our own verdict: the cluster has to allow each of them
 */
export async function secondVerdict(
  { deps: { cluster }, operation, namespace }: Call,
  token: string | undefined,
  paths: readonly string[],
): Promise<Pick<AccessDecision, 'allowed' | 'sudo'>> {
  if (!cluster || operation === 'help') return { allowed: true, sudo: true };
  if (token === undefined) return { allowed: false, sudo: false };
  const capabilities = await severalAtOnce(paths, (path) =>
    cluster.capabilities(token, { namespace: namespace.path, path: path.slice(namespace.path.length) }),
  );
  const allows = (capability: string) =>
    capabilities.every((of) => of.includes('root') || of.includes(capability));
  return { allowed: allows(operation), sudo: allows('sudo') };
}
