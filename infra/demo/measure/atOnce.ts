/** Many moves between namespaces at the same time. */

import { inParallel } from '../inParallel.ts';
import { moveMount } from '../migration.ts';
import type { Amounts } from './amounts.ts';
import type { Lab } from './lab.ts';

export interface ConcurrentMoves {
  moves: number;
  succeeded: number;
  /** Mounts that answer at their target afterwards, and not at their source. */
  atTarget: number;
  /** From the first POST to the last success. */
  seconds: number;
  perSecond: number;
}

export async function measureAtOnce({ root }: Lab, { atOnce: moves }: Amounts): Promise<ConcurrentMoves> {
  const [there, here] = ['crowd/there', 'crowd/here'];
  await root.write('sys/namespaces/crowd');
  for (const name of ['here', 'there']) await root.in('crowd').write(`sys/namespaces/${name}`);
  await inParallel(moves, 8, async (i) => {
    await root.in(here).write(`sys/mounts/m${i}`, { type: 'kv', options: { version: '2' } });
    await root.in(here).write(`m${i}/data/key`, { data: { number: i } });
  });

  const startedAt = performance.now();
  const ends = await inParallel(moves, moves, (i) =>
    moveMount(root, { from: `${here}/m${i}`, to: `${there}/m${i}` }),
  );
  const seconds = (performance.now() - startedAt) / 1_000;

  const isMoved = async (i: number) => {
    const source = await root.in(here).call('GET', `m${i}/data/key`);
    const target = await root.in(there).call('GET', `m${i}/data/key`);
    return source.status === 404 && target.body?.data?.data?.number === i;
  };
  const moved = await inParallel(moves, 8, isMoved);
  return {
    moves,
    succeeded: ends.filter(({ status }) => status === 'success').length,
    atTarget: moved.filter(Boolean).length,
    seconds,
    perSecond: moves / seconds,
  };
}
