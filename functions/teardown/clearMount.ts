/** Removes everything that belongs to a mount: its leases and tokens, then the data of its engine. */

import { SHARDS } from '../credentials/leaseShards.ts';
import { sweep } from '../credentials/sweep.ts';
import { MAX_REVOKE_ATTEMPTS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Ref } from '../ports/store.ts';

/**
 * @param attempt number of the execution; after `MAX_REVOKE_ATTEMPTS` leases that cannot be revoked become irrevocable
 * @param until epoch milliseconds after which nothing new is started
 * @returns whether nothing is left; if not, it is called again
 */
export async function clearMount(
  deps: Deps,
  mountUuid: string,
  attempt: number,
  until: number,
): Promise<boolean> {
  const order = {
    mountUuid,
    below: Number.MAX_SAFE_INTEGER,
    until,
    lastAttempt: attempt >= MAX_REVOKE_ATTEMPTS,
  };
  for (const shard of SHARDS) {
    const { done } = await sweep(deps, { ...order, shard });
    if (!done) return false;
  }
  for await (const page of deps.store.pages({ table: 'storage', pk: mountUuid, attributes: [] })) {
    await deps.store.deleteMany(page.map(({ pk, sk }): Ref => ({ table: 'storage', pk, sk })));
    if (deps.clock.now() >= until) return false;
  }
  return true;
}
