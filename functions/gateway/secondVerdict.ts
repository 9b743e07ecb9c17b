/**
 * The verdict of a cluster on a request that our own code allows. Both have to allow it: only the cluster knows all that
 * its policies can say, and only our code judges the fields of the request (architecture §11).
 */

import type { Call } from '../http/route.ts';
import type { AccessDecision } from '../policies/acl.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';

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
