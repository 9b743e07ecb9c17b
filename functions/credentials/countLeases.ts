/** Counts the leases of a mount, to show how many a move revokes. */

import { MAX_COUNTED_ROLES, MAX_KEPT_PAGES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import { REVOCATION_ATTRIBUTES } from './lease.ts';
import { leasePages } from './leaseRanges.ts';
import { SHARDS, shardPages } from './leaseShards.ts';
import { isDue, type Sweep } from './sweep.ts';

export interface CountedShard {
  /** The leases that a sweep will find, with expired ones that are not removed yet; absent when there was no time for all. */
  due?: number;
  /** The first pages, which the sweep need not read again. */
  pages: Item[][];
}

/** @param until epoch milliseconds at which counting stops */
export async function countShard(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  { mountUuid, shard, ...order }: Pick<Sweep, 'mountUuid' | 'shard' | 'below' | 'migration'>,
  until: number,
): Promise<CountedShard> {
  const pages: Item[][] = [];
  let due = 0;
  for await (const page of shardPages(store, mountUuid, shard, REVOCATION_ATTRIBUTES)) {
    due += page.filter((item) => isDue(item, order)).length;
    if (pages.length < MAX_KEPT_PAGES) pages.push(page);
    if (clock.now() >= until) return { pages };
  }
  return { due, pages };
}

export interface LiveLeases {
  total: number;
  /** By the path inside the mount that issued them, such as `creds/web` or `login/bob`. */
  byRole: Map<string, number>;
  /** Whether there was time to count all of them. */
  isComplete: boolean;
}

/**
 * The leases that have not expired, by role.
 * @param until epoch milliseconds at which counting stops
 */
export async function countLive(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  mountUuid: string,
  until: number,
): Promise<LiveLeases> {
  const live: LiveLeases = { total: 0, byRole: new Map(), isComplete: true };
  const now = clock.now();
  const countLiveIn = async (shard: number): Promise<void> => {
    for await (const page of leasePages(store, { mountUuid, prefix: '' }, shard)) {
      for (const { sk, expiresAt } of page) {
        if (!((expiresAt as number) > now)) continue;
        live.total++;
        const role = roleOf(sk);
        const known = live.byRole.has(role) || live.byRole.size < MAX_COUNTED_ROLES ? role : 'other';
        live.byRole.set(known, (live.byRole.get(known) ?? 0) + 1);
      }
      live.isComplete &&= clock.now() < until;
      if (!live.isComplete) return;
    }
  };
  await Promise.all(SHARDS.map(countLiveIn));
  return live;
}

/** The path without its last segment, which is random. */
function roleOf(leasePath: string): string {
  return leasePath.slice(0, Math.max(0, leasePath.lastIndexOf('/')));
}
