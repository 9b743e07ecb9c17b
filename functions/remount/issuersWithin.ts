/** Where the irrevocable leases of a migration were issued, as far as the namespace of a request contains that (R10). */

import type { IrrevocableLease } from '../credentials/irrevocable.ts';
import type { Deps } from '../ports/deps.ts';
import { namespaceIdIn, namespacesWithin } from '../tree/findNamespace.ts';
import { isUnlocked, type Namespace, ROOT } from '../tree/namespace.ts';
import type { Migration } from './migration.ts';

/** The namespace that has issued a lease. */
export interface LeaseHome {
  namespacePath: string;
  isLocked: boolean;
}

/**
 * Most leases were issued at the source. Others were issued at an alias in another namespace, or where the mount was before. What a
 * namespace has issued that is gone is left to the root namespace.
 * @param within the namespace of the request
 * @returns in the order of the leases; nothing for a lease that was issued outside the namespace of the request
 */
export async function issuersWithin(
  { store }: Pick<Deps, 'store'>,
  { source }: Pick<Migration, 'source'>,
  leases: readonly IrrevocableLease[],
  within: Namespace,
): Promise<(LeaseHome | undefined)[]> {
  // The id of a lease of a cluster names a namespace of the cluster. They are all of the source.
  const homes = leases.map(({ lease, leaseId }) => (lease ? namespaceIdIn(leaseId) : source.namespaceId));
  const known = await namespacesWithin(store, homes, within);
  return homes.map((id) => {
    const home = known.get(id);
    if (home) return { namespacePath: home.path, isLocked: !isUnlocked(home) };
    const { namespacePath } = id === source.namespaceId ? source : { namespacePath: ROOT.path };
    return namespacePath.startsWith(within.path) ? { namespacePath, isLocked: false } : undefined;
  });
}
