/** Checks that a mount is always available while it moves: clients read it at source and target all the time. */

import { moveMount } from '../migration.ts';
import type { Amounts } from './amounts.ts';
import type { Lab } from './lab.ts';
import { makeSsh } from './makeMounts.ts';
import { type ReadCounts, type Reader, startReader } from './reader.ts';

export interface Availability extends ReadCounts {
  keys: number;
  leases: number;
  readers: number;
  /** Number of moves. The first has all the leases to revoke; the others move the mount back and forth. */
  switches: number;
  /** Rounds during the first move only, from before its POST until after its success. */
  roundsDuringFirst: number;
  /** Duration of the first move, from the POST to the success. */
  seconds: number;
}

const READERS = 2;
const FIRST = 'busy';
const SECOND = 'crew/busy';

export async function measureAvailability(lab: Lab, { availability }: Amounts): Promise<Availability> {
  const { root } = lab;
  const { keys, leases, switches } = availability;
  await root.write('sys/namespaces/crew');
  await makeSsh(lab, FIRST, { keys, leases });

  const paths = [`${FIRST}/roles/key-000007`, `${SECOND}/roles/key-000007`] as const;
  const readers = Array.from({ length: READERS }, () => startReader(root, paths));
  const roundsBefore = await nextRoundOfAll(readers);
  const { seconds } = await moveMount(root, { from: FIRST, to: SECOND });
  const roundsDuringFirst = (await nextRoundOfAll(readers)) - roundsBefore;
  for (let i = 1; i < switches; i++) {
    const [from, to] = i % 2 === 0 ? [FIRST, SECOND] : [SECOND, FIRST];
    await moveMount(root, { from, to });
    await nextRoundOfAll(readers);
  }
  const rounds = await Promise.all(readers.map((reader) => reader.stop()));
  return { ...sum(rounds), ...availability, readers: READERS, roundsDuringFirst, seconds };
}

/** Waits until each reader has made a few more rounds. Returns the rounds of all readers so far. */
async function nextRoundOfAll(readers: Reader[]): Promise<number> {
  const counts = await Promise.all(readers.map((reader) => reader.nextRound()));
  return counts.reduce((all, count) => all + count, 0);
}

function sum(all: ReadCounts[]): ReadCounts {
  const total = (key: keyof ReadCounts) => all.reduce((so, rounds) => so + rounds[key], 0);
  return {
    rounds: total('rounds'),
    refusedAtBoth: total('refusedAtBoth'),
    acrossSwitch: total('acrossSwitch'),
    unexpected: total('unexpected'),
  };
}
