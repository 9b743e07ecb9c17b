/** Lists the mounts of a namespace so that a move under way shows none of them nowhere, or twice (R2). */

import type { Store } from '../ports/store.ts';
import { type Mount, mountOf } from './mount.ts';

/** How often to look until two looks in a row agree; only a namespace that changes all the time takes them all. */
const MAX_LOOKS = 5;

/**
 * A query is no snapshot: of a mount moved meanwhile it may see the source before and the target after, or neither.
 * Two looks that agree are one; failing that, whatever was seen at some time during the request is shown, once, at
 * its latest place.
 */
export async function listMounts(store: Store, namespaceId: string): Promise<Mount[]> {
  let last = await look(store, namespaceId);
  const known = new Map<string, Mount>();
  for (let looks = 2; looks <= MAX_LOOKS; looks++) {
    const next = await look(store, namespaceId);
    if (agree(last, next)) return next;
    for (const mount of [...last, ...next]) known.set(mount.uuid, later(known.get(mount.uuid), mount));
    last = next;
  }
  return [...known.values()];
}

async function look(store: Store, namespaceId: string): Promise<Mount[]> {
  const items = await store.query({ table: 'mounts', pk: namespaceId });
  return items.map(mountOf).filter((mount) => mount !== undefined);
}

/** Whether both show the same mounts in the same state, each of them once. */
function agree(a: Mount[], b: Mount[]): boolean {
  if (a.length !== b.length || new Set(b.map(({ uuid }) => uuid)).size !== b.length) return false;
  return a.every(({ uuid, version, path }, i) => {
    const other = b[i] as Mount;
    return uuid === other.uuid && version === other.version && path === other.path;
  });
}

function later(known: Mount | undefined, seen: Mount): Mount {
  return known && known.version > seen.version ? known : seen;
}
