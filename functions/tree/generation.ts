/** The generation of a mount: credentials of an older generation are not valid (architecture §4). */

import { ABSENT, ConditionFailed, type Store, type Write } from '../ports/store.ts';
import { generationKey, treeKey } from '../store/keys.ts';
import { type Mount, mountOf, unchangedMount } from './mount.ts';

/** Who issues a credential, and in which generation. */
export interface Issuer {
  mountUuid: string;
  generation: number;
}

/** The mount was moved, disabled or changed after the request was routed to it. The request is retried. */
export class MountMoved extends Error {
  override readonly name = 'MountMoved';
}

/**
 * From the commit of this write on, no credential of an older generation is valid.
 * The write never lowers the generation.
 */
export function raiseGeneration(mountUuid: string, generation: number): Write {
  const put = { ...generationKey(mountUuid), generation };
  return { put, if: [ABSENT, { generation: { below: generation } }] };
}

/**
 * Marks the mount as one that has issued leases; call it before anything else is written for a lease. The switch is
 * conditional on the mount's version. So either the switch sees the mark, or the mark fails and nothing is issued.
 * @throws MountMoved when the mount is no longer what the request was routed to
 */
export async function markIssued(store: Store, mount: Mount): Promise<Issuer> {
  const issuer = { mountUuid: mount.uuid, generation: mount.generation };
  if (mount.issued) return issuer;
  const entry = treeKey(mount.namespaceId, mount.path);
  try {
    await store.commit([
      { update: entry, set: { issued: true }, add: { version: 1 }, if: unchangedMount(mount) },
    ]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const now = mountOf(error.itemAt(entry));
    if (now?.uuid !== mount.uuid || now.generation !== mount.generation || !now.issued)
      throw new MountMoved();
  }
  return issuer;
}
