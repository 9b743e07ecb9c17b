/**
 * The reference: the same jobs as done by a server that copies data and revokes leases one by one, on the same store
 * and without any other work. The difference is what the design gains.
 */

import { randomUUID } from 'node:crypto';
import { childName, leaseChild } from '../../../functions/credentials/child.ts';
import { leaseOf } from '../../../functions/credentials/lease.ts';
import type { Item, Ref, Store } from '../../../functions/ports/store.ts';
import { childKey } from '../../../functions/store/keys.ts';
import { costOfMove, median } from '../../../infra/demo/measure/cost.ts';
import { leasesOf } from '../../../infra/demo/measure/fill.ts';
import type { Lab } from '../../../infra/demo/measure/lab.ts';
import { makeKv, makeSsh } from '../../../infra/demo/measure/makeMounts.ts';

export interface SerialRevocation {
  leases: number;
  leasesPerSecond: number;
}

/** For each lease: reads it, then deletes the secret it owns, its entry in the index of its owner, and the lease. */
export async function revokeSerially(lab: Lab, leases: number): Promise<SerialRevocation> {
  const { store } = lab;
  const uuid = await makeSsh(lab, 'serial', { keys: 1, leases });
  const items = (await leasesOf(store, uuid)).flat();
  const startedAt = performance.now();
  for (const { pk, sk } of items) {
    const item = (await store.get({ table: 'leases', pk, sk })) as Item;
    const lease = leaseOf(item);
    for (const owned of lease.owns) await remove(store, owned);
    await remove(store, childKey(lease.tokenHash, childName(leaseChild(lease))));
    await remove(store, { table: 'leases', pk, sk });
  }
  return { leases, leasesPerSecond: leases / ((performance.now() - startedAt) / 1_000) };
}

export interface Copy {
  keys: number;
  /** Stored items: a key of kv v2 has metadata and versions. */
  items: number;
  copyMs: number;
  /** A move of the same mount between namespaces, from the POST to the end of the workflow. */
  moveMs: number;
  times: number;
}

const MOVES = 6;

/** For each key: reads it, writes it at its new place, deletes it at the old one. */
export async function copyKeyByKey(lab: Lab, keys: number): Promise<Copy> {
  const { root, store } = lab;
  await makeKv(lab, 'copied', keys);
  const { uuid } = (await root.read('sys/mounts/copied')).data;
  await root.write('sys/namespaces/copies');
  const moves: number[] = [];
  for (let i = 0; i < MOVES; i++) {
    const [from, to] = i % 2 === 0 ? ['copied', 'copies/copied'] : ['copies/copied', 'copied'];
    moves.push((await costOfMove(lab, from, to)).ms);
  }
  const target = randomUUID();
  let items = 0;
  const startedAt = performance.now();
  for await (const page of store.pages({ table: 'storage', pk: uuid, attributes: [] })) {
    for (const { pk, sk } of page) {
      const item = (await store.get({ table: 'storage', pk, sk })) as Item;
      await store.commit([{ put: { table: 'storage', ...item, pk: target } }]);
      await remove(store, { table: 'storage', pk, sk });
      items++;
    }
  }
  const copyMs = performance.now() - startedAt;
  const moveMs = median(moves.slice(2));
  return { keys, items, copyMs, moveMs, times: copyMs / moveMs };
}

async function remove(store: Store, ref: Ref): Promise<void> {
  await store.commit([{ delete: ref }]);
}
