/** What every engine takes out of a call: its mount, its caller, its storage, the name in the path. */

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

/** The caller of a route that needs a token. */
export function callerOfCall({ caller }: Pick<Call, 'caller'>): Caller {
  if (!caller) throw new TypeError('the route needs no token');
  return caller;
}

/** Where the engine called stores the item with a key of its own. */
export function engineKey(call: Pick<Call, 'mount'>, key: string): Ref {
  return storageKey(mountOfCall(call).uuid, key);
}

/** What users and roles may be called (contract §8.1). */
const NAME = /^\w(([\w\-.]+)?\w)?$/;

/** What roles of ssh may be called (contract §7.1). */
export const NAME_WITH_AT = /^\w(([\w\-.@]+)?\w)?$/;

/** Whether a text can be the name of a user or role. */
export function isName(name: string, pattern = NAME): boolean {
  return pattern.test(name) && name.length <= MAX_NAME_BYTES;
}

/** A name in lower case, for users and roles whose names are not case-sensitive. */
export function inLowerCase(sent: string): string {
  return isName(sent) ? sent.toLowerCase() : sent;
}

/**
 * The name of the user or role in the path, as its route reads it.
 * @throws VaultError 404 when it cannot be a name: such a path has no route
 */
export function nameOfCall({ params }: Pick<Call, 'params'>, pattern = NAME): string {
  const name = params.name ?? '';
  if (!isName(name, pattern)) throw unsupportedPath();
  return name;
}

/** The names below a prefix of the engine's keys, in byte order; undefined if there are none. */
export async function listNames(
  call: Pick<Call, 'deps' | 'mount'>,
  prefix: string,
): Promise<Reply<Keys> | undefined> {
  const { table, pk } = engineKey(call, prefix);
  const items = await call.deps.store.query({ table, pk, prefix, attributes: [] });
  return items.length > 0 ? { data: { keys: items.map(({ sk }) => sk.slice(prefix.length)) } } : undefined;
}
