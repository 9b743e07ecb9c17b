/** Who may know the leases of a mount by their ids. The names of roles and of users are parts of them. Pure. */

import { type Acl, authorize } from '../policies/acl.ts';

/** The place of a mount that has issued leases: they belong to that namespace, wherever the mount is now. */
export interface IssuingMount {
  namespacePath: string;
  /** Of the mount, with a trailing slash. */
  path: string;
}

/** Whether a token may list the leases at a mount, as `LIST sys/leases/lookup` would. */
export function mayListLeases(acl: Acl, { namespacePath, path }: IssuingMount): boolean {
  const lookup = `${namespacePath}sys/leases/lookup/${path}`;
  const { allowed, sudo } = authorize(acl, { operation: 'list', path: lookup });
  return allowed && sudo;
}
