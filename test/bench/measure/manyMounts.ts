/** Whether a move takes longer with more mounts: two services, one with many mounts and one with few. */

import { randomUUID } from 'node:crypto';
import type { Put } from '../../../functions/ports/store.ts';
import { treeKey } from '../../../functions/store/keys.ts';
import { inParallel } from '../../../infra/demo/inParallel.ts';
import { costOfMove } from '../../../infra/demo/measure/cost.ts';
import type { Lab } from '../../../infra/demo/measure/lab.ts';
import { makeKv } from '../../../infra/demo/measure/makeMounts.ts';
import { type Compared, compared, inTurns } from './inTurns.ts';

export interface ManyMounts extends Compared {
  mounts: number;
  fewMounts: number;
}

const WARM_UP = 10;
const BATCH = 1_000;
const AT_ONCE = 4;

export async function measureManyMounts(
  crowded: Lab,
  empty: Lab,
  { mounts, fewMounts, moves }: { mounts: number; fewMounts: number; moves: number },
): Promise<ManyMounts> {
  await fill(crowded, mounts);
  await fill(empty, fewMounts);
  const pairs = await inTurns(WARM_UP + moves, backAndForth(crowded), backAndForth(empty));
  return { ...compared(pairs.slice(WARM_UP)), mounts, fewMounts };
}

/** Copies of a mount that the API has created, with paths before and after the path that moves. */
async function fill({ root, store }: Lab, count: number): Promise<void> {
  await makeKv({ root, store }, 'mount-pattern', 1);
  const original = await store.get(treeKey('root', 'mount-pattern/'));
  if (!original) throw new Error('there is no mount to copy');
  const copy = (i: number): Put => ({
    put: {
      table: 'mounts',
      ...original,
      sk: `mount-${String(i).padStart(6, '0')}/`,
      uuid: randomUUID(),
      accessor: `kv_${i}`,
    },
  });
  const first = (batch: number) => batch * BATCH;
  await inParallel(Math.ceil(count / BATCH), AT_ONCE, (batch) => {
    const size = Math.min(BATCH, count - first(batch));
    return store.putMany(Array.from({ length: size }, (_, i) => copy(first(batch) + i)));
  });
  await root.read(`sys/mounts/mount-${String(count - 1).padStart(6, '0')}`);
}

/** @returns a function that makes one move and returns its milliseconds */
function backAndForth(lab: Lab): () => Promise<number> {
  let ends = ['mount-pattern', 'mount-0-moved'] as [string, string];
  return async () => {
    const [from, to] = ends;
    ends = [to, from];
    return (await costOfMove(lab, from, to)).ms;
  };
}
