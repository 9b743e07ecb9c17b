/** The status function compared with the bare SDK: in new processes that answer once, and in a warm one. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { BUNDLES, buildFunctions } from '../../../infra/build.ts';
import type { Lab } from '../../../infra/demo/measure/lab.ts';
import { makeKv } from '../../../infra/demo/measure/makeMounts.ts';
import { moveMount } from '../../../infra/demo/migration.ts';
import { type Compared, compared, inTurns, type Pair } from './inTurns.ts';

export interface Processes {
  /** From loading the bundle to its first answer. */
  cold: Compared;
  warm: Compared;
  /** Bytes, minified. */
  bundles: Record<string, number>;
}

interface Asked {
  bundle: string;
  event: object;
}

const BENCH = join(import.meta.dirname, '..');
const BARE_BUNDLES = join(BUNDLES, '..', 'bench');
/** The status of a migration of this age is answered without a wait. */
const OLD_ENOUGH_MS = 100;

export async function measureProcesses(
  lab: Lab,
  { freshProcesses, reads }: { freshProcesses: number; reads: number },
): Promise<Processes> {
  const built = await buildFunctions();
  await buildFunctions({ source: join(BENCH, 'bare'), target: BARE_BUNDLES });
  await makeKv(lab, 'asked-about', 1);
  const { id } = await moveMount(lab.root, { from: 'asked-about', to: 'answered-about' });
  await delay(OLD_ENOUGH_MS);
  const status: Asked = { bundle: join(BUNDLES, 'status', 'index.mjs'), event: statusEvent(id, lab) };
  const bare: Asked = { bundle: join(BARE_BUNDLES, 'getItem', 'index.mjs'), event: { id } };
  return {
    cold: await measureCold(lab, status, bare, freshProcesses),
    warm: await measureWarm(lab, status, bare, reads),
    bundles: Object.fromEntries(built.map(({ name, bytes }) => [name, bytes])),
  };
}

async function measureCold(lab: Lab, status: Asked, bare: Asked, count: number): Promise<Compared> {
  const fresh = async ({ bundle, event }: Asked) => {
    const { ms, answer } = await run<{ ms: number; answer: unknown }>(lab, 'fresh', [
      bundle,
      JSON.stringify(event),
    ]);
    const isRight = answer === true || (answer as { statusCode?: number }).statusCode === 200;
    if (!isRight) throw new Error(`${bundle} answers ${JSON.stringify(answer)}`);
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
  const asked = [status, bare].flatMap(({ bundle, event }) => [bundle, JSON.stringify(event)]);
  const { pairs } = await run<{ pairs: Pair<number>[] }>(lab, 'warm', [String(count), ...asked]);
  return compared(pairs);
}

/** Runs a file of `process/` in the environment of a function. @returns the message that it sends */
async function run<T>({ environment }: Lab, file: string, args: string[]): Promise<T> {
  const none = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
  const env = { ...environment, ...none, AWS_LAMBDA_FUNCTION_NAME: 'status' };
  const child = fork(join(BENCH, 'process', `${file}.ts`), args, {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const sent = await Promise.race([once(child, 'message'), ended.then(() => undefined)]);
  await ended;
  if (!sent) throw new Error(`${file} ended without an answer`);
  return sent[0] as T;
}

/** As API Gateway would send it. */
function statusEvent(id: string, { rootToken }: Lab): object {
  return {
    httpMethod: 'GET',
    path: `/v1/sys/remount/status/${id}`,
    multiValueHeaders: { 'X-Vault-Token': [rootToken] },
    multiValueQueryStringParameters: null,
    body: null,
    isBase64Encoded: false,
    requestContext: { requestId: id, identity: { sourceIp: '127.0.0.1' } },
  };
}
