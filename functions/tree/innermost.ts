/** Finds the namespaces that several paths lead into, with one read a level for all of them together. */

import { MAX_MOUNT_PATH_BYTES } from '../limits.ts';
import type { Ref, Store } from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import { type Namespace, namespaceOf } from './namespace.ts';

export interface Inside {
  namespace: Namespace;
  /** What is left of the path below the namespace. */
  path: string;
}

/**
 * A name of a namespace is one segment, so the only child that can own a path is that of its first segment.
 * @param paths relative to `start`, without a leading slash
 */
export async function innermost(store: Store, paths: string[], start: Namespace): Promise<Inside[]> {
  let places = paths.map((path): Inside => ({ namespace: start, path }));
  for (;;) {
    const refs = places.map(headOf).filter((ref) => ref !== undefined);
    if (refs.length === 0) return places;
    const items = await store.getMany(refs);
    const found = new Map(refs.map((ref, i) => [idOf(ref), items[i]]));
    const next = places.map((place): Inside => {
      const head = headOf(place);
      const child = head && namespaceOf(found.get(idOf(head)), place.namespace);
      return child ? { namespace: child, path: place.path.slice(head.sk.length) } : place;
    });
    if (next.every(({ namespace }, i) => namespace === places[i]?.namespace)) return places;
    places = next;
  }
}

/** The entry of the first segment, if the path goes on below it and a namespace may have that name. */
function headOf({ namespace, path }: Inside): Ref | undefined {
  const end = path.indexOf('/') + 1;
  const head = path.slice(0, end);
  const isLast = end === 0 || end === path.length;
  if (isLast || head === '/' || head === 'auth/' || Buffer.byteLength(head) > MAX_MOUNT_PATH_BYTES)
    return undefined;
  return treeKey(namespace.id, head);
}

function idOf({ pk, sk }: Ref): string {
  return `${pk}|${sk}`;
}
