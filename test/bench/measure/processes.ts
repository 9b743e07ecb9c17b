/** The status function compared with the bare SDK: in new processes that answer once, and in a warm one. */

import { setTimeout as delay } from 'node:timers/promises';
import { buildFunctions } from '../../../infra/build.ts';
import type { Lab } from '../../../infra/demo/measure/lab.ts';
import { makeKv } from '../../../infra/demo/measure/makeMounts.ts';
import { moveMount } from '../../../infra/demo/migration.ts';
import { apiEvent } from './apiEvent.ts';
import { type Asked, askedOf, askedOfBare, runProcess } from './functionProcess.ts';
import { type Compared, compared, inTurns, type Pair } from './inTurns.ts';

export interface Processes {
  /** From loading the bundle to its first answer. */
  cold: Compared;
  warm: Compared;
  /** Bytes, minified. */
  bundles: Record<string, number>;
}

interface Fresh {
  ms: number;
  answer: { statusCode: number };
}

/** The status of a migration of this age is answered without a wait. */
const OLD_ENOUGH_MS = 100;

export async function measureProcesses(
  lab: Lab,
  { freshProcesses, reads }: { freshProcesses: number; reads: number },
): Promise<Processes> {
  const built = await buildFunctions();
  await makeKv(lab, 'asked-about', 1);
  const { id } = await moveMount(lab.root, { from: 'asked-about', to: 'answered-about' });
  await delay(OLD_ENOUGH_MS);
  const request = { method: 'GET', path: `sys/remount/status/${id}`, token: lab.rootToken };
  const status = askedOf('status', apiEvent(request));
  const bare = await askedOfBare('getItem', { id });
  return {
    cold: await measureCold(lab, status, bare, freshProcesses),
    warm: await measureWarm(lab, status, bare, reads),
    bundles: Object.fromEntries(built.map(({ name, bytes }) => [name, bytes])),
  };
}

async function measureCold(lab: Lab, status: Asked, bare: Asked, count: number): Promise<Compared> {
  const fresh = async (asked: Asked) => {
    const { ms, answer } = await runProcess<Fresh>(lab, 'fresh', [], asked);
    if (answer.statusCode !== 200) throw new Error(`${asked.bundle} answers ${JSON.stringify(answer)}`);
    return ms;
  };
  const pairs = await inTurns(
    1 + count,
    () => fresh(status),
    () => fresh(bare),
  );
  return compared(pairs.slice(1));
}

async function measureWarm(lab: Lab, status: Asked, bare: Asked, count: number): Promise<Compared> {
  const args = ['passed', String(count)];
  const { pairs } = await runProcess<{ pairs: Pair<number>[] }>(lab, 'warm', args, status, bare);
  return compared(pairs);
}
