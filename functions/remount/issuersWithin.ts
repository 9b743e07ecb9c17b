/** Where the irrevocable leases of a migration were issued, as far as the namespace of a request contains that (R10). */

import type { IrrevocableLease } from '../credentials/irrevocable.ts';
import type { Deps } from '../ports/deps.ts';
import { namespaceIdIn, namespacesWithin } from '../tree/findNamespace.ts';
import { type Namespace, ROOT } from '../tree/namespace.ts';
import type { IssuingMount } from './leaseRights.ts';
import type { Migration } from './migration.ts';

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
): Promise<(IssuingMount | undefined)[]> {
  // The id of a lease of a cluster names a namespace of the cluster. They are all of the source.
  const homes = leases.map(({ lease, leaseId }) => (lease ? namespaceIdIn(leaseId) : source.namespaceId));
  const others = homes.filter((id) => id !== source.namespaceId);
  const known = await namespacesWithin(store, others, within);
  return leases.map((lease, i) => {
    const id = homes[i] as string;
    const path = mountPathIn(lease) ?? source.path;
    if (id === source.namespaceId) {
      const { namespacePath } = source;
      return namespacePath.startsWith(within.path) ? { namespacePath, path } : undefined;
    }
    const home = known.get(id) ?? (within.id === ROOT.id ? ROOT : undefined);
    return home && { namespacePath: home.path, path };
  });
}

/** The id of a lease is the path of the mount that has issued it, and the path inside that, by which it is stored. */
function mountPathIn({ lease, leaseId }: IrrevocableLease): string | undefined {
  const path = lease && leaseId.endsWith(lease.sk) ? leaseId.slice(0, -lease.sk.length) : '';
  return path === '' ? undefined : path;
}
