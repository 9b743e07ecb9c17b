/** Lists what is directly below a path of lease ids, as a folder would (contract §7). */

import { MAX_LISTED_LEASES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import type { Namespace } from '../tree/namespace.ts';
import { type LeaseRange, leasePages, leaseRanges } from './leaseRanges.ts';
import { SHARDS } from './shards.ts';
import { usableLeases } from './usableLeases.ts';

export interface LeaseListing {
  keys: string[];
  /** Whether there may be more; so many leases were looked at that the listing ends here. */
  isCut: boolean;
}

/** @param path ends in a slash, or is empty for the top */
export async function listLeases(deps: Deps, namespace: Namespace, path: string): Promise<LeaseListing> {
  const keys = new Set<string>();
  let looked = 0;
  const list = async (range: LeaseRange): Promise<void> => {
    // All leases of a mount further down are in the same folder here: one that is usable says enough.
    const folder = range.mountPath.length > path.length ? keyBelow(path, range.mountPath) : undefined;
    for (const shard of SHARDS) {
      for await (const page of leasePages(deps.store, range, shard)) {
        if (looked >= MAX_LISTED_LEASES || (folder !== undefined && keys.has(folder))) return;
        looked += page.length;
        for (const lease of await usableLeases(deps, page))
          keys.add(keyBelow(path, range.mountPath + lease.path));
      }
    }
  };
  await severalAtOnce(await leaseRanges(deps.store, namespace, path), list);
  return { keys: [...keys].sort(), isCut: looked >= MAX_LISTED_LEASES };
}

function keyBelow(path: string, full: string): string {
  const rest = full.slice(path.length);
  const slash = rest.indexOf('/');
  return slash === -1 ? rest : rest.slice(0, slash + 1);
}
