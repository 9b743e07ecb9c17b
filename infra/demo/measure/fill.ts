/**
 * Fills mounts with more keys and leases than the API can create in a short time. The first of each is created through
 * the API. Its items are then copied in the tables under other names.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { addChild, childName, leaseChild } from '../../../functions/credentials/child.ts';
import { leaseItem, leaseOf } from '../../../functions/credentials/lease.ts';
import { LEASE_SHARDS } from '../../../functions/limits.ts';
import type { Item, Store, Write } from '../../../functions/ports/store.ts';
import { childKey, leaseShard, sha256 } from '../../../functions/store/keys.ts';
import { inParallel } from '../inParallel.ts';

/** Writes of one transaction. */
const BATCH = 96;
const AT_ONCE = 4;

/** @param pattern the name of the existing key; nothing else in the mount's storage may contain it */
export async function copyKey(
  store: Store,
  mountUuid: string,
  pattern: string,
  names: readonly string[],
): Promise<void> {
  const stored = (await store.query({ table: 'storage', pk: mountUuid })).map((item) => JSON.stringify(item));
  const originals = stored.filter((text) => text.includes(pattern));
  const copyTo = (name: string) =>
    originals.map((text): Write => {
      return { put: { table: 'storage', ...JSON.parse(text.replaceAll(pattern, name)) } };
    });
  await putAll(store, names.flatMap(copyTo));
}

/** Copies the lease of an issued one-time password: the lease, the password, and the entry of its parent token. */
export async function copyLease(store: Store, mountUuid: string, count: number): Promise<void> {
  const [item] = (await leasesOf(store, mountUuid)).flat();
  if (!item) throw new Error('there is no lease to copy');
  const original = leaseOf(item);
  const [owned] = await store.getMany(original.owns);
  const entry = await store.get(childKey(original.tokenHash, childName(leaseChild(original))));
  if (!owned || !entry) throw new Error('the lease to copy is not complete');

  const copy = (): Write[] => {
    const path = original.path.replace(/[^/]+$/, randomBytes(12).toString('hex'));
    const id = original.id.slice(0, -original.path.length) + path;
    const sk = `otp/${sha256(randomUUID())}`;
    const lease = { ...original, path, id, owns: [{ table: 'storage' as const, pk: owned.pk, sk }] };
    return [
      { put: leaseItem(lease) },
      { put: { table: 'storage', ...owned, sk, lease: { mountUuid, path } } },
      addChild(lease.tokenHash, leaseChild(lease), lease.expiresAt),
    ];
  };
  await putAll(store, Array.from({ length: count }, copy).flat());
}

/** The stored leases of each shard, valid or not. */
export function leasesOf(store: Store, mountUuid: string): Promise<Item[][]> {
  return inParallel(LEASE_SHARDS, AT_ONCE, (shard) =>
    store.query({ table: 'leases', pk: leaseShard(mountUuid, shard) }),
  );
}

async function putAll(store: Store, writes: Write[]): Promise<void> {
  const batches = Math.ceil(writes.length / BATCH);
  await inParallel(batches, AT_ONCE, (i) => store.commit(writes.slice(i * BATCH, (i + 1) * BATCH)));
}
