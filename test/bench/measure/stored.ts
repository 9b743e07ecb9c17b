/** The sizes of the items that there are many of. */

import { childName, leaseChild } from '../../../functions/credentials/child.ts';
import { leaseOf } from '../../../functions/credentials/lease.ts';
import type { Item } from '../../../functions/ports/store.ts';
import { childKey, treeKey } from '../../../functions/store/keys.ts';
import { leasesOf } from '../../../infra/demo/measure/fill.ts';
import type { Lab } from '../../../infra/demo/measure/lab.ts';
import { makeSsh } from '../../../infra/demo/measure/makeMounts.ts';
import { itemBytes } from '../units.ts';

/** Bytes of each, as DynamoDB counts them. */
export interface Stored {
  mount: number;
  lease: number;
  /** The one-time password that the lease owns. */
  password: number;
  /** The entry of the lease in the index of its owner. */
  entry: number;
}

export async function measureStored(lab: Lab): Promise<Stored> {
  const { store } = lab;
  const uuid = await makeSsh(lab, 'stored', { keys: 1, leases: 1 });
  const [lease] = (await leasesOf(store, uuid)).flat();
  if (!lease) throw new Error('there is no lease');
  const { owns, tokenHash, ...rest } = leaseOf(lease);
  const entry = childKey(tokenHash, childName(leaseChild(rest)));
  const refs = [treeKey('root', 'stored/'), ...owns, entry];
  const [mount, password, listed] = (await store.getMany(refs)) as [Item, Item, Item];
  return {
    mount: itemBytes(mount),
    lease: itemBytes(lease),
    password: itemBytes(password),
    entry: itemBytes(listed),
  };
}
