/** Estimates for sizes that do not fit on one machine, each by a formula from counted numbers. Pure. */

import { CHILD_SHARDS, LEASE_SHARDS, OPEN_SHARDS } from '../../../functions/limits.ts';
import { costOfThousand, dollars, MEMORY_GB, type Result, thousands } from '../figures.ts';
import { BILLED_MS, PRICES } from '../pricing.ts';
import { readUnits, writeUnits } from '../units.ts';

/** Quotas of AWS on the date of the prices. AWS raises those marked with * on request. */
const AWS = {
  /** Of one partition, a second. */
  partitionWrites: 1_000,
  partitionReads: 3_000,
  partitionGB: 10,
  /** Of one table on demand, a second. * */
  tableWrites: 40_000,
  /** A second, in a large region. * */
  executions: 300,
  transitions: 5_000,
  restRequests: 10_000,
  /** At once. * */
  invocations: 1_000,
  /** How long a step works before it returns to the workflow. */
  sliceSeconds: 60,
};

/** A row of a table: what, its value, and how it is calculated. */
export type Row = [what: string, value: string, formula: string];

const GB = 1e9;
const MOUNTS = 1_000_000;
const LEASES = 10_000_000;
const MOVES = 1_000;

export function mountRows({ seen: { stored } }: Result): Row[] {
  const gb = (MOUNTS * stored.mount) / GB;
  const monthly = PRICES.storedGBMonth + PRICES.recoverableGBMonth;
  return [
    ['stored', `${gb.toFixed(2)} GB`, `${thousands(MOUNTS)} × ${stored.mount} bytes of a new ssh mount`],
    [
      'price of the storage',
      `${dollars(gb * monthly)} a month`,
      `GB × ($${PRICES.storedGBMonth} + $${PRICES.recoverableGBMonth} for point-in-time recovery)`,
    ],
    [
      'partitions by size',
      `${Math.ceil(gb / AWS.partitionGB)}`,
      `GB ÷ ${AWS.partitionGB}; DynamoDB also splits by load`,
    ],
    [
      'finding the mount of a path',
      `1 query, ${readUnits(stored.mount)} read unit a namespace`,
      'the greatest key up to the path, whatever the number of mounts',
    ],
    [
      'requests on one mount',
      `${thousands(AWS.partitionReads)} a second`,
      'read units of one item, which never split',
    ],
  ];
}

export function leaseRows({ seen: { stored } }: Result): Row[] {
  const bytes = stored.lease + stored.password + stored.entry;
  const gb = (LEASES * bytes) / GB;
  const writes = [stored.lease, stored.password, stored.entry].reduce(
    (sum, size) => sum + writeUnits(size),
    0,
  );
  const reads = (2 * LEASES * stored.lease) / 4_096;
  const price = LEASES * writes * PRICES.writeUnit + reads * PRICES.readUnit;
  const shards = LEASE_SHARDS * AWS.partitionWrites;
  const hours = LEASES / AWS.partitionWrites / 3_600;
  const seconds = LEASES / shards;
  const states = 9 + LEASE_SHARDS * (1 + 2 * Math.ceil((hours * 3_600) / AWS.sliceSeconds));
  return [
    [
      'stored',
      `${gb.toFixed(1)} GB`,
      `${thousands(LEASES)} × (${stored.lease} bytes of a lease + ${stored.password} of its password + ${stored.entry} of its entry in the index of its holder)`,
    ],
    ['invalid', 'with the switch', 'one transaction raises one number; no lease is read'],
    [
      'price of removing them',
      dollars(price),
      `${thousands(LEASES)} × ${writes} write units + counted once and read once, ${stored.lease} ÷ 4,096 read units each`,
    ],
    [
      'removed at best',
      `in ${(seconds / 60).toFixed(0)} minutes`,
      `${LEASE_SHARDS} shards × ${thousands(AWS.partitionWrites)} deletes a second`,
    ],
    [
      'removed at worst',
      `in ${hours.toFixed(1)} hours`,
      `${thousands(AWS.partitionWrites)} passwords a second from the one partition of the mount's storage, if DynamoDB never splits it; ${thousands(CHILD_SHARDS * AWS.partitionWrites)} entries a second if all belong to one token`,
    ],
    [
      'state transitions of the removal',
      `${thousands(states)}, ${dollars(states * PRICES.transition)}`,
      `9 + ${LEASE_SHARDS} × (1 + 2 for each ${AWS.sliceSeconds} s of work)`,
    ],
  ];
}

export function rateRows({ seen: { plain } }: Result): Row[] {
  const { units, transitions } = plain.move;
  const hourly = 3_600 * (MOVES / 1_000) * costOfThousand(plain).total;
  const inTree = 4;
  const perListing = writeUnits(1, { transactional: true });
  return [
    [
      'write units',
      `${thousands(MOVES * units.write)} a second`,
      `${MOVES} × ${units.write} counted; a table takes ${thousands(AWS.tableWrites)} *`,
    ],
    [
      'state transitions',
      `${thousands(MOVES * transitions)} a second`,
      `${MOVES} × ${transitions} counted; ${thousands(AWS.transitions)} *`,
    ],
    [
      'executions started',
      `${thousands(MOVES)} a second`,
      `one a move; ${AWS.executions} *: more accepted moves wait for the reconciler, or can be one bulk run`,
    ],
    [
      'requests',
      `${thousands(2 * MOVES)} a second`,
      `a POST and one status request; ${thousands(AWS.restRequests)} *`,
    ],
    [
      'concurrent invocations',
      `${thousands((MOVES * MEMORY_GB.length * BILLED_MS) / 1_000)}`,
      `${MEMORY_GB.length} a move × ${BILLED_MS} ms; ${thousands(AWS.invocations)} *`,
    ],
    [
      'moves out of or into one namespace',
      `${thousands(AWS.partitionWrites / inTree)} a second`,
      `${thousands(AWS.partitionWrites)} ÷ (source and target, ${inTree} write units); half of it if each has a path segment above, whose count changes`,
    ],
    [
      'migrations that one namespace sees',
      `${thousands(AWS.partitionWrites / perListing)} a second`,
      `${thousands(AWS.partitionWrites)} ÷ ${perListing} write units of the entry in its list; the root namespace sees all moves, so this limits all`,
    ],
    [
      'open work',
      `${thousands((OPEN_SHARDS * AWS.partitionWrites) / 2)} a second`,
      `${OPEN_SHARDS} shards of the index × ${thousands(AWS.partitionWrites)} ÷ (one write in, one out)`,
    ],
    ['price', `${dollars(hourly)} an hour`, `3,600 × ${MOVES} × the counted price of one move`],
  ];
}
