/** The cubbyhole: secrets that only the token that wrote them can read, and that end with it. */

import { putInCubbyhole } from '../credentials/cubbyhole.ts';
import { ownToken } from '../credentials/findToken.ts';
import { missingDataFields, missingPath, pathTooLong } from '../engines/kv/errors.ts';
import { listEntries, scanEntries } from '../engines/kv/list.ts';
import { fits } from '../engines/kv/place.ts';
import { decodeValue, encodeValue } from '../engines/kv/value.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { KEYS, type Keys } from '../http/shape.ts';
import type { Ref } from '../ports/store.ts';
import { cubbyholeKey } from '../store/keys.ts';
import { cubbyholeUuid } from '../tree/builtin.ts';
import { serviceTokensOnly } from './errors.ts';

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

/** Each namespace has a cubbyhole of its own, so a token that is good in several has as many. */
function place(call: Call): Ref {
  const path = call.params.path ?? '';
  const token = ownToken(call);
  if (token.type === 'batch') throw serviceTokensOnly();
  if (!fits({ path })) throw pathTooLong();
  return cubbyholeKey(token.accessor, cubbyholeUuid(call.namespace), path);
}

async function exists(call: Call): Promise<boolean> {
  if (!fits({ path: call.params.path ?? '' })) return false;
  return (await call.deps.store.get(place(call))) !== undefined;
}

async function read(call: Call): Promise<Reply | undefined> {
  const item = await call.deps.store.get(place(call));
  return item && { data: decodeValue(item.value as string) };
}

async function write(call: Call): Promise<void> {
  const ref = place(call);
  if (!call.params.path) throw missingPath();
  if (Object.keys(call.raw).length === 0) throw missingDataFields();
  await putInCubbyhole(call.deps, ownToken(call), { ...ref, value: encodeValue(call.raw) });
}

async function remove(call: Call): Promise<void> {
  await call.deps.store.commit([{ delete: place(call) }]);
}

async function list(call: Call, entriesIn: typeof listEntries): Promise<Reply<Keys> | undefined> {
  const { pk, sk: prefix } = place(call);
  const keys = await entriesIn(call.deps.store, { pk, prefix });
  return keys.length > 0 ? { data: { keys } } : undefined;
}
