/** Removes everything a mount owned: its leases and tokens, then what its engine stored. */

import { SHARDS } from '../credentials/leaseShards.ts';
import { sweep } from '../credentials/sweep.ts';
import { MAX_REVOKE_ATTEMPTS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Ref } from '../ports/store.ts';

/** @returns whether nothing is left; it is called again otherwise */
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
  for await (const page of deps.store.pages({ table: 'storage', pk: mountUuid })) {
    await deps.store.deleteMany(page.map(({ pk, sk }): Ref => ({ table: 'storage', pk, sk })));
    if (deps.clock.now() >= until) return false;
  }
  return true;
}
