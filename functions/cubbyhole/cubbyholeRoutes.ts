/** The cubbyhole: secrets that only the token that wrote them can read. They are removed with the token. */

import { putInCubbyhole } from '../credentials/cubbyhole.ts';
import { ownToken } from '../credentials/whichToken.ts';
import { listEntries, scanEntries } from '../engines/kv/list.ts';
import { pathFits, refuseLongPath } from '../engines/kv/place.ts';
import { decodeValue, encodeSent } from '../engines/kv/value.ts';
import { refusal } from '../http/errors.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { KEYS, type Keys } from '../http/shape.ts';
import type { Ref } from '../ports/store.ts';
import { cubbyholeKey } from '../store/keys.ts';
import { cubbyholeUuid } from '../tree/builtin.ts';

export const cubbyholeRoutes: readonly Route[] = [
  route({
    path: 'cubbyhole/:path*',
    freeForm: true,
    answers: { read: 'map', list: KEYS, scan: KEYS, write: null, delete: null },
    exists,
    read,
    list: (call) => list(call, listEntries),
    scan: (call) => list(call, scanEntries),
    write,
    delete: remove,
  }),
];

async function exists(call: Call): Promise<boolean> {
  if (!pathFits(call.params.path ?? '')) return false;
  return (await call.deps.store.get(placeOf(call))) !== undefined;
}

async function read(call: Call): Promise<Reply | undefined> {
  const item = await call.deps.store.get(placeOf(call));
  return item && { data: decodeValue(item.value as string) };
}

async function write(call: Call): Promise<void> {
  const ref = placeOf(call);
  const value = encodeSent(call);
  await putInCubbyhole(call.deps, ownToken(call), { ...ref, value });
}

async function remove(call: Call): Promise<void> {
  await call.deps.store.commit([{ delete: placeOf(call) }]);
}

async function list(call: Call, entriesIn: typeof listEntries): Promise<Reply<Keys> | undefined> {
  const { pk, sk: prefix } = placeOf(call);
  const keys = await entriesIn(call.deps.store, { pk, prefix });
  return keys.length > 0 ? { data: { keys } } : undefined;
}

/**
 * Where the secret of the path is stored. A token has one cubbyhole in each namespace in which it is valid.
 * @throws VaultError 400 for a batch token, or when the path is too long for a key
 */
function placeOf(call: Call): Ref {
  const path = call.params.path ?? '';
  const token = ownToken(call);
  if (token.type === 'batch')
    throw refusal('cubbyhole operations are only supported by "service" type tokens');
  refuseLongPath(path);
  return cubbyholeKey(token.accessor, cubbyholeUuid(call.namespace), path);
}
