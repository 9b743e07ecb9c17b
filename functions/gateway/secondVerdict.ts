/**
 * The verdict of a cluster on a request that our own code allows. Both have to allow it: only the cluster knows all that
 * its policies can say, and only our code judges the fields of the request (architecture §11).
 */

import type { Call } from '../http/route.ts';
import type { AccessDecision } from '../policies/acl.ts';

/** @param token of the request */
export async function secondVerdict(
  { deps: { cluster }, operation, namespace, path }: Call,
  token: string | undefined,
): Promise<Pick<AccessDecision, 'allowed' | 'sudo'>> {
  if (!cluster || operation === 'help') return { allowed: true, sudo: true };
  const capabilities =
    token === undefined ? [] : await cluster.capabilities(token, { namespace: namespace.path, path });
  const isRoot = capabilities.includes('root');
  return {
    allowed: isRoot || capabilities.includes(operation),
    sudo: isRoot || capabilities.includes('sudo'),
  };
}
