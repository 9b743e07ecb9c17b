/** Where the time of each kind of request goes, in the process of `npm start`, one request after the other. */

import { findFreePort } from '../../support/freePort.ts';
import type { WhereAmounts } from '../amounts.ts';
import { emulatorOf, npmStart, processorMs, type Started, threadsMs } from '../npmStart.ts';
import { type Attribution, attribute, type StageOf } from './attribute.ts';
import { connectInspector, type Inspector } from './inspector.ts';
import { isOfNode } from './parts.ts';
import { type FindSource, type Source, sourceFinder } from './sources.ts';

export interface Operation extends Attribution {
  requests: number;
  /** A request, from one to the next, in milliseconds. */
  ms: number;
  /** Processor time a request in milliseconds, as the system counts it. */
  nodeMs: number;
  emulatorMs: number;
}

export interface WhereSeen {
  read: Operation;
  login: Operation;
  status: Operation;
  /** With the switch that it starts, and waits for. */
  remount: Operation;
}

/** Requests of each kind that are not measured: the code is not compiled yet. */
const WARM_UP = 0.5;

/** @param announce is called with the name of each measurement before it starts */
export async function measureWhere(
  { requests, logins, moves }: WhereAmounts,
  announce: (what: string) => void,
): Promise<WhereSeen> {
  const port = await findFreePort();
  const service = await npmStart({ nodeArgs: [`--inspect=127.0.0.1:${port}`] });
  const inspector = await connectInspector(port);
  const lab = { service, inspector, emulator: await emulatorOf(service.pid), findSource: sourceFinder() };
  const { root } = service;
  try {
    await prepare(service);
    announce('where the time of a kv read goes');
    const read = await measure(lab, requests, only('read'), () => root.must('GET', 'plain/key'));
    announce('where the time of a login goes');
    const credentials = { password: PASSWORD };
    const login = await measure(lab, logins, only('login'), () =>
      root.must('POST', 'auth/userpass/login/ada', credentials),
    );
    announce('where the time of a move goes');
    const remount = await measure(lab, moves, stageOfMove, (i) =>
      root.must('POST', 'sys/remount', i % 2 ? { from: 'there', to: 'here' } : { from: 'here', to: 'there' }),
    );
    announce('where the time of a status goes');
    const id = await moveOnce(service);
    const status = await measure(lab, requests, only('status'), () =>
      root.must('GET', `sys/remount/status/${id}`),
    );
    return { read, login, status, remount };
  } finally {
    inspector.close();
    await service.stop();
  }
}

const PASSWORD = 'correct horse battery staple';

async function prepare({ root }: Started): Promise<void> {
  for (const path of ['plain', 'here']) await root.must('POST', `sys/mounts/${path}`, { type: 'kv' });
  await root.must('POST', 'plain/key', { colour: 'blue' });
  await root.must('POST', 'sys/auth/userpass', { type: 'userpass' });
  await root.must('POST', 'auth/userpass/users/ada', { password: PASSWORD });
}

async function moveOnce({ root }: Started): Promise<string> {
  await root.must('POST', 'sys/mounts/old', { type: 'kv' });
  return (await root.must('POST', 'sys/remount', { from: 'old', to: 'older' })).body.migration_id;
}

interface Lab {
  service: Started;
  inspector: Inspector;
  /** Its process. */
  emulator: number;
  findSource: FindSource;
}

async function measure(
  { service, inspector, emulator, findSource }: Lab,
  wanted: number,
  stageOf: StageOf,
  work: (i: number) => Promise<unknown>,
): Promise<Operation> {
  // An even number, so that a mount that is moved there and back is where it was.
  const requests = 2 * Math.ceil(wanted / 2);
  const warmUp = 2 * Math.ceil((WARM_UP * wanted) / 2);
  for (let i = 0; i < warmUp; i++) await work(i);
  let [nodeMs, emulatorMs, ms] = [0, 0, 0];
  let usedMs: Record<string, number> = {};
  const profiles = await inspector.profile(async () => {
    const before = [await processorMs(service.pid), await processorMs(emulator), performance.now()] as const;
    const threads = await threadsMs(service.pid);
    for (let i = 0; i < requests; i++) await work(i);
    ms = performance.now() - before[2];
    nodeMs = (await processorMs(service.pid)) - before[0];
    emulatorMs = (await processorMs(emulator)) - before[1];
    const after = Object.entries(await threadsMs(service.pid));
    usedMs = Object.fromEntries(after.map(([name, used]) => [name, used - (threads[name] ?? 0)]));
  });
  return {
    requests,
    ms: ms / requests,
    nodeMs: nodeMs / requests,
    emulatorMs: emulatorMs / requests,
    ...attribute(profiles, requests, findSource, stageOf, usedMs),
  };
}

function only(stage: string): StageOf {
  return (_, stack) => (stack.length > 0 ? stage : undefined);
}

const SWITCH = /^infra\/local\/(stepFunctions|executions|stateMachine)\.ts|aws-local-stepfunctions/;
const ANNOUNCEMENT =
  /^infra\/local\/(streamReader|eventBridge|events|automation)\.ts|client-dynamodb-streams/;

/** By the function, and in the process around the functions by what is on the stack. */
function stageOfMove(thread: string, stack: readonly Source[]): string | undefined {
  if (thread === 'publish' || stack.some((source) => ANNOUNCEMENT.test(source))) return 'announcement';
  if (thread === 'switch' || stack.some((source) => SWITCH.test(source))) return 'switch';
  if (thread === 'remount' || !stack.every(isOfNode)) return 'remount';
  return undefined;
}
