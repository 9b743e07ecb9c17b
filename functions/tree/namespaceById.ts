/** Finds a namespace by its id, which tokens, accessors and lease ids end in. */

import type { Store } from '../ports/store.ts';
import { namespaceKey } from '../store/keys.ts';
import { locate } from './locate.ts';
import { type Namespace, ROOT } from './namespace.ts';

/** Ids are six letters and digits, so that no other part of a token or lease id is taken for one. */
const SUFFIX = /\.([0-9A-Za-z]{6})$/;

/** The id of the namespace that a token, accessor or lease id names by its suffix; without one it is the root's. */
export function namespaceIdIn(id: string): string {
  return SUFFIX.exec(id)?.[1] ?? ROOT.id;
}

/** @returns nothing when there is no such namespace, or another has taken its place */
export async function namespaceById(store: Store, id: string): Promise<Namespace | undefined> {
  if (id === ROOT.id) return ROOT;
  const record = await store.get(namespaceKey(id));
  if (!record) return undefined;
  const { namespace } = await locate(store, record.path as string);
  return namespace.id === id ? namespace : undefined;
}

/**
 * The namespace with this id if it is the one asked in, or lies inside it (R10).
 * @param within the namespace of the request
 */
export async function namespaceWithin(
  store: Store,
  id: string,
  within: Namespace,
): Promise<Namespace | undefined> {
  if (id === within.id) return within;
  const namespace = await namespaceById(store, id);
  return namespace?.lineage.includes(within.id) && !namespace.deleting ? namespace : undefined;
}
