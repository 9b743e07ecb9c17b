/** What every engine takes out of a call. */

import type { Caller } from '../credentials/caller.ts';
import { unsupportedPath } from '../http/errors.ts';
import type { Call, Reply } from '../http/route.ts';
import type { Keys } from '../http/shape.ts';
import { MAX_NAME_BYTES } from '../limits.ts';
import type { Ref } from '../ports/store.ts';
import { storageKey } from '../store/keys.ts';
import type { Mount } from '../tree/mount.ts';

/** The mount whose engine is called. */
export function mountOfCall({ mount }: Pick<Call, 'mount'>): Mount {
  if (!mount) throw new TypeError('the route belongs to no mount');
  return mount;
}

/** Who calls a route that is not open. */
export function callerOfCall({ caller }: Pick<Call, 'caller'>): Caller {
  if (!caller) throw new TypeError('the route asks for no token');
  return caller;
}

/** Where the engine called keeps what it stores under a key of its own. */
export function stored(call: Pick<Call, 'mount'>, key: string): Ref {
  return storageKey(mountOfCall(call).uuid, key);
}

/** Names of users and roles (contract §8.1). */
const NAME = /^\w(([\w\-.@]+)?\w)?$/;

export function isName(name: string): boolean {
  return NAME.test(name) && name.length <= MAX_NAME_BYTES;
}

/**
 * The user or role that the path names, as it was typed.
 * @throws VaultError 404 when no name is written like this: the path has no route then
 */
export function nameOfCall({ params }: Pick<Call, 'params'>): string {
  const name = params.name ?? '';
  if (!isName(name)) throw unsupportedPath();
  return name;
}

/** The names of what is kept under a prefix, in byte order; nothing where there are none. */
export async function listNames(
  call: Pick<Call, 'deps' | 'mount'>,
  prefix: string,
): Promise<Reply<Keys> | undefined> {
  const { table, pk } = stored(call, prefix);
  const items = await call.deps.store.query({ table, pk, prefix, attributes: [] });
  return items.length > 0 ? { data: { keys: items.map(({ sk }) => sk.slice(prefix.length)) } } : undefined;
}
