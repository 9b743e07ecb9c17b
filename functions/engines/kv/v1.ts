/** Version 1 of kv: a secret is the JSON object that was written last to its path (contract §9.1). */

import { notRenewable } from '../../credentials/errors.ts';
import { issueLease } from '../../credentials/issueLease.ts';
import { parseDuration } from '../../http/duration.ts';
import { refusal } from '../../http/errors.ts';
import { type Call, type Reply, type Route, route } from '../../http/route.ts';
import { KEYS, type Keys } from '../../http/shape.ts';
import type { Store } from '../../ports/store.ts';
import { mountTtls } from '../../tree/mount.ts';
import type { LeaseRenewal } from '../../tree/mountType.ts';
import { callerOfCall, mountOfCall } from '../callParts.ts';
import { listEntries, scanEntries } from './list.ts';
import { pathFits, placeOf, type SecretPlace, V1_PREFIX, v1Ref } from './place.ts';
import { decodeValue, encodeSent, type Value } from './value.ts';

/** @param leased whether a read issues a lease, as the mount option `leased_passthrough` demands (contract §7) */
export function v1Routes(leased: boolean): readonly Route[] {
  return [
    route({
      path: ':path*',
      freeForm: true,
      answers: { read: 'map', list: KEYS, scan: KEYS, write: null, delete: null },
      exists,
      read: leased ? readLeased : readPlain,
      list: (call) => list(call, listEntries),
      scan: (call) => list(call, scanEntries),
      write,
      delete: remove,
    }),
  ];
}

async function exists(call: Call): Promise<boolean> {
  if (!pathFits(call.params.path ?? '')) return false;
  return (await call.deps.store.get(v1Ref(placeOf(call)))) !== undefined;
}

async function readPlain(call: Call): Promise<Reply | undefined> {
  const data = await readValue(call);
  if (!data) return undefined;
  return { data, leaseDuration: ownTtl(data) ?? mountTtls(call.mount).defaultTtl };
}

async function readLeased(call: Call): Promise<Reply | undefined> {
  const data = await readValue(call);
  if (!data) return undefined;
  const lease = await issueLease({
    call,
    mount: mountOfCall(call),
    caller: callerOfCall(call),
    wish: { ttl: ownTtl(data) },
    renewable: isRenewable(data),
    items: () => [],
  });
  return { data, leaseId: lease.id, renewable: lease.renewable, leaseDuration: lease.grantedTtl };
}

/** The lease of a secret is renewed by what the secret says now. It ends on its own once the secret was deleted. */
export const renewalOfSecret: LeaseRenewal = async ({ store }, { mount, path }) => {
  const data = await valueAt(store, { mountUuid: mount.uuid, path });
  if (!data) throw refusal('the secret has been deleted, not renewing');
  if (!isRenewable(data)) throw notRenewable();
  return ownTtl(data) ?? 0;
};

function readValue(call: Call): Promise<Value | undefined> {
  return valueAt(call.deps.store, placeOf(call));
}

async function valueAt(
  store: Store,
  place: Pick<SecretPlace, 'mountUuid' | 'path'>,
): Promise<Value | undefined> {
  const item = await store.get(v1Ref(place));
  return item && decodeValue(item.value as string);
}

function isRenewable(data: Value): boolean {
  return Object.hasOwn(data, 'ttl') || Object.hasOwn(data, 'lease');
}

/** The TTL, in seconds, in the key `ttl` or else `lease` of a secret; undefined if there is no valid duration. */
function ownTtl(data: Value): number | undefined {
  return parseDuration(Object.hasOwn(data, 'ttl') ? data.ttl : data.lease);
}

async function write(call: Call): Promise<void> {
  const { store, clock, ids } = call.deps;
  const ref = v1Ref(placeOf(call));
  const value = encodeSent(call);
  await store.commit([{ put: { ...ref, value, writtenAt: clock.now(), revision: ids.base62(16) } }]);
}

async function remove(call: Call): Promise<void> {
  await call.deps.store.commit([{ delete: v1Ref(placeOf(call)) }]);
}

async function list(call: Call, entriesIn: typeof listEntries): Promise<Reply<Keys> | undefined> {
  const { deps, mountUuid, path } = placeOf(call);
  const keys = await entriesIn(deps.store, { pk: mountUuid, prefix: V1_PREFIX + path });
  return keys.length > 0 ? { data: { keys } } : undefined;
}
