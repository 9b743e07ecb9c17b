/** Finds a lease by its id, which says where it lies: namespace, path of the mount, path inside it (contract §7). */

import { MAX_SORT_KEY_BYTES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import { leaseKey } from '../store/keys.ts';
import { tokenIssuer } from '../tree/builtin.ts';
import { namespaceIdIn, namespaceWithin } from '../tree/findNamespace.ts';
import { locate } from '../tree/locate.ts';
import type { Mount } from '../tree/mount.ts';
import type { Namespace } from '../tree/namespace.ts';
import { builtinPath } from '../tree/path.ts';
import type { Lease } from './lease.ts';
import { usableLeases } from './usableLeases.ts';

export interface FoundLease {
  /** As it is stored, usable or not. */
  item: Item;
  namespace: Namespace;
  /** Who issued it; nobody in the table where it is a token of `auth/token`. */
  mount?: Mount;
}

/** @param within the namespace of the request; leases outside it are not found (R10) */
export async function findLease(
  { store }: Pick<Deps, 'store'>,
  id: string,
  within: Namespace,
): Promise<FoundLease | undefined> {
  const namespace = await namespaceWithin(store, namespaceIdIn(id), within);
  if (!namespace || Buffer.byteLength(id) > MAX_SORT_KEY_BYTES) return undefined;
  const { namespace: owner, path, mount } = await locate(store, id, namespace);
  const builtin = builtinPath(path);
  if (owner.id !== namespace.id || (!mount && builtin !== 'auth/token/')) return undefined;
  const mountUuid = mount?.uuid ?? tokenIssuer(namespace).mountUuid;
  const inside = path.slice((mount?.path ?? builtin ?? '').length);
  const item = inside === '' ? undefined : await store.get(leaseKey(mountUuid, inside));
  return item && { item, namespace, ...(mount ? { mount } : {}) };
}

/** The lease with this id if it is usable. */
export async function usableLease(
  deps: Pick<Deps, 'store' | 'clock'>,
  id: string,
  within: Namespace,
): Promise<(FoundLease & { lease: Lease }) | undefined> {
  const found = await findLease(deps, id, within);
  const [lease] = found ? await usableLeases(deps, [found.item]) : [];
  return found && lease ? { ...found, lease } : undefined;
}
