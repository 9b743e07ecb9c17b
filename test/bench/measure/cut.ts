/** How soon after its POST a move makes every old lease of the mount invalid, and how fast it then removes them. */

import { setTimeout as delay } from 'node:timers/promises';
import { median } from '../../../infra/demo/measure/cost.ts';
import { leasesOf } from '../../../infra/demo/measure/fill.ts';
import type { Lab } from '../../../infra/demo/measure/lab.ts';
import { makeSsh } from '../../../infra/demo/measure/makeMounts.ts';
import { startMove } from '../../../infra/demo/migration.ts';
import { type Compared, compared, type Pair } from './inTurns.ts';

export interface Cut extends Compared {
  leases: number;
  cuts: number;
  /** The slowest of the large mount, in milliseconds. */
  slowest: number;
  /** Of the large mount, from the POST to the success. */
  secondsToSuccess: number;
  left: number;
}

interface Timing {
  ms: number;
  secondsToSuccess: number;
  left: number;
}

const POLL_MS = 50;
/** The status for a lease that is not valid. A busy service answers otherwise, and the request is retried. */
const REFUSED = 400;

/** A mount to move, and the lease that is looked up. */
interface Loaded {
  path: string;
  uuid: string;
  leaseId: unknown;
}

/**
 * Each round moves a mount with many leases and, just before and after it, mounts with only the lease that is looked
 * up. All are created before the first move, and one more is moved first: the functions are idle while a mount is
 * filled, which would slow down the next move.
 */
export async function measureCut(lab: Lab, { leases, cuts }: { leases: number; cuts: number }): Promise<Cut> {
  const pairs: Pair<number>[] = [];
  const large: Timing[] = [];
  for (let i = 0; i < cuts; i++) {
    const made: Loaded[] = [];
    for (const [name, count] of [
      ['first', 1],
      ['before', 1],
      ['after', 1],
      ['many', leases],
    ] as const)
      made.push(await load(lab, `cut-${name}-${i}`, count));
    const [first, before, after, many] = made as [Loaded, Loaded, Loaded, Loaded];
    await timeToInvalid(lab, first);
    const one = await timeToInvalid(lab, before);
    const most = await timeToInvalid(lab, many);
    const other = await timeToInvalid(lab, after);
    pairs.push([most.ms, (one.ms + other.ms) / 2]);
    large.push(most);
  }
  return {
    ...compared(pairs),
    leases,
    cuts,
    slowest: Math.max(...large.map((one) => one.ms)),
    secondsToSuccess: median(large.map(({ secondsToSuccess }) => secondsToSuccess)),
    left: large.reduce((sum, { left }) => sum + left, 0),
  };
}

async function load(lab: Lab, path: string, leases: number): Promise<Loaded> {
  const uuid = await makeSsh(lab, path, { keys: 1, leases });
  const [asked] = (await leasesOf(lab.store, uuid)).flat();
  return { path, uuid, leaseId: asked?.id };
}

async function timeToInvalid(lab: Lab, { path, uuid, leaseId }: Loaded): Promise<Timing> {
  const { root, store } = lab;
  const startedAt = performance.now();
  const id = await startMove(root, { from: path, to: `${path}-moved` });
  while ((await root.call('POST', 'sys/leases/lookup', { lease_id: leaseId })).status !== REFUSED);
  const ms = performance.now() - startedAt;
  while ((await statusOf(lab, id)) === 'in-progress') await delay(POLL_MS);
  const secondsToSuccess = (performance.now() - startedAt) / 1_000;
  const left = (await leasesOf(store, uuid)).flat().length;
  return { ms, secondsToSuccess, left };
}

async function statusOf({ root }: Lab, id: string): Promise<string> {
  return (await root.read(`sys/remount/status/${id}`)).data.migration_info.status;
}
