/** How soon after its POST a move has made every old lease of the mount useless, and how fast it then removes them. */

import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../../../infra/local/demo/measure/cost.ts';
import { leasesOf } from '../../../infra/local/demo/measure/fill.ts';
import type { Lab } from '../../../infra/local/demo/measure/lab.ts';
import { makeSsh } from '../../../infra/local/demo/measure/makeMounts.ts';
import { startMove } from '../../../infra/local/demo/migration.ts';
import { type Compared, compared, type Pair } from './inTurns.ts';

export interface Cut extends Compared {
  leases: number;
  /** Of the large mount, from the POST to the success. */
  secondsToSuccess: number;
  left: number;
}

interface One {
  ms: number;
  secondsToSuccess: number;
  left: number;
}

const POLL_MS = 50;
/** What a lease that is not usable is answered with; a service that is busy says so, and is asked again. */
const REFUSED = 400;

/** Each time a mount with many leases and, just before and after it, mounts with the one lease that is asked about. */
export async function measureCut(lab: Lab, { leases, cuts }: { leases: number; cuts: number }): Promise<Cut> {
  // The first only starts the functions.
  await cutOff(lab, 'cut-first', 1);
  const pairs: Pair<number>[] = [];
  const large: One[] = [];
  for (let i = 0; i < cuts; i++) {
    const before = await cutOff(lab, `cut-before-${i}`, 1);
    const many = await cutOff(lab, `cut-many-${i}`, leases);
    const after = await cutOff(lab, `cut-after-${i}`, 1);
    pairs.push([many.ms, (before.ms + after.ms) / 2]);
    large.push(many);
  }
  return {
    ...compared(pairs),
    leases,
    secondsToSuccess: median(large.map(({ secondsToSuccess }) => secondsToSuccess)),
    left: large.reduce((sum, { left }) => sum + left, 0),
  };
}

async function cutOff(lab: Lab, path: string, leases: number): Promise<One> {
  const { root, store } = lab;
  const uuid = await makeSsh(lab, path, { keys: 1, leases });
  const [asked] = (await leasesOf(store, uuid)).flat();
  const startedAt = performance.now();
  const id = await startMove(root, { from: path, to: `${path}-moved` });
  while ((await root.call('POST', 'sys/leases/lookup', { lease_id: asked?.id })).status !== REFUSED);
  const ms = performance.now() - startedAt;
  while ((await statusOf(lab, id)) === 'in-progress') await delay(POLL_MS);
  const secondsToSuccess = (performance.now() - startedAt) / 1_000;
  const left = (await leasesOf(store, uuid)).flat().length;
  return { ms, secondsToSuccess, left };
}

async function statusOf({ root }: Lab, id: string): Promise<string> {
  return (await root.read(`sys/remount/status/${id}`)).data.migration_info.status;
}
