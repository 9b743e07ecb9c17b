/** Who may know the leases of a mount by their ids. The names of roles and of users are parts of them. Pure. */

import { type Acl, authorizeBesides } from '../policies/acl.ts';

/**
 * Whether a token may list the folder that names a lease or a role, as `LIST sys/leases/lookup` would.
 * @param namespacePath that the leases belong to: where they were issued, wherever the mount is now
 * @param path of the mount at that time, and the path inside it, which ends with the name
 */
export function mayKnowLease(acl: Acl, namespacePath: string, path: string): boolean {
  const folder = path.slice(0, path.lastIndexOf('/') + 1);
  const lookup = `${namespacePath}sys/leases/lookup/${folder}`;
  const { allowed, sudo } = authorizeBesides(acl, { operation: 'list', path: lookup });
  return allowed && sudo;
}
