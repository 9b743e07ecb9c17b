/**
 * The processor time of a request inside its function, which is what Lambda bills, compared with that of the bare calls to
 * AWS that the request makes. Warm functions; and the memory of a fresh one.
 */

import { setTimeout as delay } from 'node:timers/promises';
import { buildFunctions } from '../../../infra/build.ts';
import { median } from '../../../infra/demo/measure/cost.ts';
import type { Lab } from '../../../infra/demo/measure/lab.ts';
import { makeKv } from '../../../infra/demo/measure/makeMounts.ts';
import { moveMount } from '../../../infra/demo/migration.ts';
import type { BareCall } from '../bare/calls.ts';
import { apiEvent } from './apiEvent.ts';
import { type Asked, askedOf, askedOfBare, runProcess } from './functionProcess.ts';
import { type Compared, compared, type Pair } from './inTurns.ts';
import type { Recorder } from './recorder.ts';

/** Milliseconds of processor time: the request, and the calls alone. */
interface Cpu extends Compared {
  /** The operations that the request calls, in the order in which they arrive. */
  calls: string[];
  /** Of a fresh process that has answered one such request. */
  peakMB: number;
}

/** By the name of the request. */
export type Cpus = Record<CpuRequest, Cpu>;

export type CpuRequest = 'kv1' | 'kv2' | 'lookup' | 'remount' | 'status';

const POLICY = `
path "one/*" { capabilities = ["read"] }
path "two/*" { capabilities = ["read"] }
path "sys/remount" { capabilities = ["update", "sudo"] }
path "sys/remount/status/*" { capabilities = ["read", "sudo"] }
`;

/** The status of a migration of this age is answered without a wait. */
const OLD_ENOUGH_MS = 100;
/** Fresh processes of each kind. */
const FRESH = 5;

/** @param reads how many requests of each kind are measured, in turns with the calls */
export async function measureCpu(lab: Lab<Recorder>, { reads }: { reads: number }): Promise<Cpus> {
  await buildFunctions();
  const measured: [string, Cpu][] = [];
  for (const [name, asked] of Object.entries(await requests(lab)))
    measured.push([name, await measureOne(lab, asked, reads)]);
  return Object.fromEntries(measured) as Cpus;
}

/** Requests with a token that has the policy above, and `default`. Each `POST` moves the mount to another target. */
async function requests(lab: Lab): Promise<Record<CpuRequest, Asked>> {
  const { root } = lab;
  await root.write('sys/mounts/one', { type: 'kv' });
  await root.write('one/key', { colour: 'blue' });
  await makeKv(lab, 'two', 1);
  await makeKv(lab, 'moved-from', 1);
  const { id } = await moveMount(root, { from: 'moved-from', to: 'moved-to' });
  await delay(OLD_ENOUGH_MS);
  await root.write('sys/policies/acl/measured', { policy: POLICY });
  const { auth } = await root.write('auth/token/create', { policies: ['measured'] });
  const read = (functionName: string, path: string) =>
    askedOf(functionName, apiEvent({ method: 'GET', path, token: auth.client_token }));
  const move = { method: 'POST', path: 'sys/remount', body: { from: 'two', to: 'to-{turn}' } };
  return {
    kv1: read('vault', 'one/key'),
    kv2: read('vault', 'two/data/pattern-key'),
    lookup: read('vault', 'auth/token/lookup-self'),
    remount: askedOf('remount', apiEvent({ ...move, token: auth.client_token })),
    status: read('status', `sys/remount/status/${id}`),
  };
}

async function measureOne(lab: Lab<Recorder>, asked: Asked, count: number): Promise<Cpu> {
  const { proxy } = lab;
  const environment = { ...lab.environment, AWS_ENDPOINT_URL_SFN: proxy.stepFunctions };
  const fresh: Fresh[] = [];
  const calls = await proxy.recorded(async () => {
    fresh.push(await answerOnce(environment, asked));
  });
  while (fresh.length < FRESH) fresh.push(await answerOnce(environment, asked));
  const bare = await askedOfBare('calls', { calls: repeatable(calls, fresh[0]?.answer.body ?? '') });
  const { pairs } = await runProcess<{ pairs: Pair<number>[] }>(
    { environment },
    'warm',
    ['processor', String(count)],
    asked,
    bare,
  );
  return {
    ...compared(pairs),
    calls: calls.map(({ operation }) => operation),
    peakMB: median(fresh.map(({ peakMB }) => peakMB)),
  };
}

interface Fresh {
  answer: { statusCode: number; body: string };
  peakMB: number;
}

let answered = 0;

async function answerOnce(environment: Lab['environment'], { bundle, event }: Asked): Promise<Fresh> {
  const text = JSON.stringify(event).replaceAll('{turn}', `fresh-${answered++}`);
  const fresh = await runProcess<Fresh>({ environment }, 'fresh', [], { bundle, event: JSON.parse(text) });
  if (fresh.answer.statusCode !== 200) throw new Error(`${bundle} answers ${JSON.stringify(fresh.answer)}`);
  return fresh;
}

/** The calls with other keys each time: what a `POST` has written cannot be written again. */
function repeatable(calls: BareCall[], answer: string): BareCall[] {
  const inputs = calls.map(({ operation, input: { ClientRequestToken: _, ...input } }) => ({
    operation,
    input,
  }));
  const text = JSON.stringify(inputs).replaceAll(/"claim#[0-9a-f]+"/g, '"claim#{turn}"');
  const { migration_id: id } = JSON.parse(answer).data ?? {};
  return JSON.parse(typeof id === 'string' ? text.replaceAll(id, '{turn}') : text);
}
