/** The right of a mount to issue leases: the mark that tells a switch that there is something to revoke. */

import type { Store } from '../ports/store.ts';
import { ConditionFailed } from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import { type Mount, mountOf, unchanged } from './mount.ts';
import { MountMoved } from './mountMoved.ts';

/** Who issues a lease, and in which generation (architecture §4). */
export interface Issuer {
  mountUuid: string;
  generation: number;
}

/**
 * Marks the mount as one that has issued, before its first lease and for good. The switch is conditional on the version
 * that it copied, so either it sees the mark, or the mark is refused here and nothing is issued. Call it before anything else is written for the lease.
 * @throws MountMoved when the mount is no longer what the request was routed to
 */
export async function issuerOf(store: Store, mount: Mount): Promise<Issuer> {
  const entry = treeKey(mount.namespaceId, mount.path);
  const issuer = { mountUuid: mount.uuid, generation: mount.generation };
  if (mount.issued) return issuer;
  try {
    const mark = {
      update: entry,
      set: { issued: true },
      add: { version: 1 },
      if: unchanged(mount),
    };
    await store.commit([mark]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const now = mountOf(error.itemAt(entry));
    if (now?.uuid !== mount.uuid || now.generation !== mount.generation || !now.issued)
      throw new MountMoved();
  }
  return issuer;
}
