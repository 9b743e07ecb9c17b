/** Finds a namespace by its path, as people type it. */

import { namespaceLocked, namespaceNotFound } from '../http/errors.ts';
import { headerNamespace } from '../http/message.ts';
import type { Store } from '../ports/store.ts';
import { locate } from './locate.ts';
import type { Namespace } from './namespace.ts';

/** @throws VaultError 404 when there is none, or it is being deleted; 503 when it is locked */
export async function namespaceByPath(store: Store, typed: string | undefined): Promise<Namespace> {
  const path = headerNamespace(typed);
  const { namespace } = await locate(store, path);
  if (namespace.path !== path || namespace.deleting) throw namespaceNotFound();
  if (namespace.lockedAt !== undefined) throw namespaceLocked(namespace.lockedAt);
  return namespace;
}
