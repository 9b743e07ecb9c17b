/** What can be told of sizes that this machine does not hold: each figure by a formula from what was counted. Pure. */

import { CHILD_SHARDS, LEASE_SHARDS, OPEN_SHARDS } from '../../../functions/limits.ts';
import { costOfThousand, dollars, MEMORY_GB, type Result, thousands } from '../figures.ts';
import { BILLED_MS, PRICES } from '../pricing.ts';
import { readUnits, writeUnits } from '../units.ts';

/** What AWS sets, as known on the date of the prices; those marked with * it raises on request. */
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
  /** Between two looks of a step at its time. */
  sliceSeconds: 60,
};

/** What, how much, and how that comes about. */
export type Row = [what: string, value: string, formula: string];

const GB = 1e9;
const MOUNTS = 1_000_000;
const LEASES = 10_000_000;
const MOVES = 1_000;

export function mountRows({ seen: { stored } }: Result): Row[] {
  const gb = (MOUNTS * stored.mount) / GB;
  const monthly = PRICES.storedGBMonth + PRICES.recoverableGBMonth;
  return [
    [
      'stored',
      `${gb.toFixed(2)} GB`,
      `${thousands(MOUNTS)} × ${stored.mount} bytes of an ssh mount as it is enabled`,
    ],
    [
      'price of that',
      `${dollars(gb * monthly)} a month`,
      `GB × ($${PRICES.storedGBMonth} + $${PRICES.recoverableGBMonth} for recovery to any second)`,
    ],
    [
      'partitions by size',
      `${Math.ceil(gb / AWS.partitionGB)}`,
      `GB ÷ ${AWS.partitionGB}; DynamoDB splits further where the load is`,
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
    ['cut off', 'with the switch', 'one transaction raises one number; no lease is looked at'],
    [
      'price of their removal',
      dollars(price),
      `${thousands(LEASES)} × ${writes} write units + counted once and read once at ${stored.lease} ÷ 4,096 read units`,
    ],
    [
      'removed at best',
      `in ${(seconds / 60).toFixed(0)} minutes`,
      `${LEASE_SHARDS} shards × ${thousands(AWS.partitionWrites)} deletes a second`,
    ],
    [
      'removed at worst',
      `in ${hours.toFixed(1)} hours`,
      `${thousands(AWS.partitionWrites)} passwords a second from the one partition of the mount's storage, if DynamoDB never splits it; ${thousands(CHILD_SHARDS * AWS.partitionWrites)} entries a second if all hang on one token`,
    ],
    [
      'state transitions of that',
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
      'executions begun',
      `${thousands(MOVES)} a second`,
      `one a move; ${AWS.executions} *: what more is accepted waits for the reconciler, or goes as a bulk run`,
    ],
    [
      'requests',
      `${thousands(2 * MOVES)} a second`,
      `a POST and a look at the status; ${thousands(AWS.restRequests)} *`,
    ],
    [
      'invocations at once',
      `${thousands((MOVES * MEMORY_GB.length * BILLED_MS) / 1_000)}`,
      `${MEMORY_GB.length} a move × ${BILLED_MS} ms; ${thousands(AWS.invocations)} *`,
    ],
    [
      'moves out of or into one namespace',
      `${thousands(AWS.partitionWrites / inTree)} a second`,
      `${thousands(AWS.partitionWrites)} ÷ (source and target, ${inTree} write units); half of it where each has a segment above, whose count changes`,
    ],
    [
      'migrations that one namespace sees',
      `${thousands(AWS.partitionWrites / perListing)} a second`,
      `${thousands(AWS.partitionWrites)} ÷ ${perListing} write units of the entry in its list; the root namespace sees all, so this bounds them all`,
    ],
    [
      'open work',
      `${thousands((OPEN_SHARDS * AWS.partitionWrites) / 2)} a second`,
      `${OPEN_SHARDS} shards of the index × ${thousands(AWS.partitionWrites)} ÷ (one write in, one out)`,
    ],
    ['price', `${dollars(hourly)} an hour`, `3,600 × ${MOVES} × the counted price of one`],
  ];
}
