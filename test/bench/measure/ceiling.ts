/** How many deletes per second the store can do at most, and which share of that the revocation of leases reaches. */

import { BatchWriteItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { childName, leaseChild } from '../../../functions/credentials/child.ts';
import { leaseOf } from '../../../functions/credentials/lease.ts';
import type { Ref } from '../../../functions/ports/store.ts';
import { childKey, leaseKey } from '../../../functions/store/keys.ts';
import { inParallel } from '../../../infra/demo/inParallel.ts';
import { leasesOf } from '../../../infra/demo/measure/fill.ts';
import type { Lab } from '../../../infra/demo/measure/lab.ts';
import { makeSsh } from '../../../infra/demo/measure/makeMounts.ts';
import { moveMount } from '../../../infra/demo/migration.ts';
import { compared, inTurns } from './inTurns.ts';

export interface Ceiling {
  leases: number;
  /** From the POST to the success. */
  leasesPerSecond: number;
  /** For plain deletes of the same items in full batches, with no search, count or check. */
  ceilingPerSecond: number;
  share: number;
}

const BATCH = 25;
/** Concurrent batches: one for each shard. */
const AT_ONCE = 16;

export async function measureCeiling(
  lab: Lab,
  { revoked, revocations }: { revoked: number; revocations: number },
): Promise<Ceiling> {
  await revoke(lab, 'revoked-first', 1);
  let round = 0;
  const pairs = await inTurns(
    revocations,
    () => revoke(lab, `revoked-${round++}`, revoked),
    () => deleteBare(lab, `deleted-${round++}`, revoked),
  );
  const { a, b, ratio } = compared(pairs);
  return { leases: revoked, leasesPerSecond: a, ceilingPerSecond: b, share: ratio };
}

/** @returns leases per second */
async function revoke(lab: Lab, path: string, leases: number): Promise<number> {
  const uuid = await makeSsh(lab, path, { keys: 1, leases });
  const { seconds } = await moveMount(lab.root, { from: path, to: `${path}-moved` });
  if ((await leasesOf(lab.store, uuid)).flat().length > 0)
    throw new Error('leases are left after the success');
  return leases / seconds;
}

/** @returns leases per second, each with its password and its entry in the index of its owner */
async function deleteBare(lab: Lab, path: string, leases: number): Promise<number> {
  const uuid = await makeSsh(lab, path, { keys: 1, leases });
  const items = (await leasesOf(lab.store, uuid)).flat().map(leaseOf);
  const refs = items.flatMap((lease): Ref[] => [
    leaseKey(lease.mountUuid, lease.path),
    ...lease.owns,
    childKey(lease.tokenHash, childName(leaseChild(lease))),
  ]);
  const startedAt = performance.now();
  await inParallel(Math.ceil(refs.length / BATCH), AT_ONCE, async (i) => {
    const batch = refs.slice(i * BATCH, (i + 1) * BATCH);
    const RequestItems: Record<string, WriteRequest[]> = {};
    for (const { table, pk, sk } of batch) {
      RequestItems[table] ??= [];
      RequestItems[table].push({ DeleteRequest: { Key: { pk: { S: pk }, sk: { S: sk } } } });
    }
    await lab.client.send(new BatchWriteItemCommand({ RequestItems }));
  });
  return leases / ((performance.now() - startedAt) / 1_000);
}
