/** How far a migration has come with the leases of its mount: its record's counts, and their writes. Pure. */

import { SHARDS } from '../credentials/leaseShards.ts';
import type { Update } from '../ports/store.ts';
import { migrationKey } from '../store/keys.ts';
import type { Migration } from './migration.ts';

/** How many leases there are to revoke; undefined until each shard is counted, or when one is too large to count. */
export function leasesTotal(migration: Migration): number | undefined {
  if (migration.cluster) return migration.cluster.leasesFound;
  const counts = SHARDS.map((shard) => migration[leasesIn(shard)]);
  return counts.every((count) => typeof count === 'number')
    ? counts.reduce((total, count) => total + count, 0)
    : undefined;
}

/**
 * How many leases are revoked. A step adds its number each second and when it ends: one that dies leaves out the rest, and two
 * that do the same work both add it. So the sum is only an estimate, at most the total. After success all leases are revoked
 * except the irrevocable ones.
 */
export function leasesGone(migration: Migration): number {
  const { status, leasesRevoked, leasesIrrevocable } = migration;
  const total = leasesTotal(migration);
  // A cluster goes on issuing leases while the mount is drained, so more may be revoked than were found first.
  if (total === undefined || migration.cluster) return leasesRevoked;
  const most = Math.max(0, total - leasesIrrevocable);
  return status === 'success' ? most : Math.min(leasesRevoked, most);
}

/** The first heartbeat of a shard records how many leases it has to revoke. A later count would be lower. */
export function counted(id: string, nextLook: number, shard: number, leases: number | undefined): Update {
  const { set, ...heartbeat } = progressed(id, nextLook);
  return {
    ...heartbeat,
    set: { ...set, [leasesIn(shard)]: leases ?? null },
    if: { phase: 'switched', [leasesIn(shard)]: { absent: true } },
  };
}

export function isCounted(migration: Migration, shard: number): boolean {
  return migration[leasesIn(shard)] !== undefined;
}

function leasesIn(shard: number): `leasesIn${number}` {
  return `leasesIn${shard}`;
}

/**
 * The heartbeat of a step: moves the reconciler's next check, and adds the number of revoked leases. All shards write to
 * this one record. A heartbeat without a number is a single update, because transactions would conflict.
 */
export function progressed(id: string, nextLook: number, revoked = 0): Update {
  const heartbeat = {
    update: migrationKey(id),
    set: { nextLook, revoking: true },
    if: { open: { present: true } },
  } as const;
  return revoked === 0 ? heartbeat : { ...heartbeat, add: { leasesRevoked: revoked } };
}
