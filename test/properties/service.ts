/** The service in this process, and a function that takes the model's steps on it. */

import { hashSync } from 'bcryptjs';
import type { Deps } from '../../functions/ports/deps.ts';
import { type Store, StoreBusy } from '../../functions/ports/store.ts';
import { switchMount } from '../../functions/remount/switchMount.ts';
import { tearDown } from '../../functions/teardown/tearDown.ts';
import type { Answer, Caller, CallOptions } from '../support/call.ts';
import { startService } from '../support/service.ts';
import { emptyTables, readTables, type Stored, type Tables, writeTables } from '../support/tables.ts';
import type { TestDeps } from '../support/testDeps.ts';
import { closeMigration, runMigration } from '../support/workflow.ts';
import type { Answered, Step } from './model/steps.ts';

/** A credential from a read or a login. */
export type Secret = { lease: string } | { token: string };

export interface Real extends Answered<string> {
  secret?: Secret;
}

/** The ids and credentials behind the numbers of the model. */
interface Known {
  migrations: string[];
  secrets: Secret[];
}

export interface Service {
  deps: TestDeps;
  tables(): Promise<Tables>;
  /** @param store replaces the service's own store for this step */
  take(step: Step, known: Known, store?: Store): Promise<Real>;
  isUsable(secret: Secret): Promise<boolean>;
  now(): number;
  /** Restores the tables and the time. */
  putBack(tables: Tables, time: number): Promise<void>;
  /** Runs every workflow to its end. */
  settle(): Promise<void>;
}

/** The hash of `builder`, with the lowest bcrypt cost that is accepted: no test here is about passwords. */
const PASSWORD_HASH = hashSync('builder', 5);

/** More rounds than any workflow here needs, each starting again every workflow that has stopped. */
const MAX_ROUNDS = 20;

export async function modelledService(): Promise<Service> {
  const clock = manualClock();
  const { deps, call, callOn } = await startService({ clock });
  return {
    deps,
    tables: () => readTables(deps.client),
    take: (step, known, store = deps.store) => take({ ...deps, store }, callOn({ store }), step, known),
    async isUsable(secret) {
      if ('token' in secret)
        return (await call('GET', 'auth/token/lookup-self', { token: secret.token })).status === 200;
      return (await call('POST', 'sys/leases/lookup', { body: { lease_id: secret.lease } })).status === 200;
    },
    now: clock.now,
    async putBack(tables, time) {
      await emptyTables(deps.client);
      await writeTables(deps.client, tables);
      clock.pass(time - clock.now());
    },
    async settle() {
      for (let round = 0; round < MAX_ROUNDS; round++) {
        const { migrations } = await readTables(deps.client);
        const now = deps.clock.now();
        const open = migrations.filter((record) => record.open !== undefined && !isKeptForAlias(record, now));
        if (open.length === 0) return;
        for (const { pk, kind } of open) await (kind === 'teardown' ? clear(deps, pk) : finish(deps, pk));
        deps.clock.pass(deps.settings.requestLifeMs);
      }
      throw new Error('a workflow never ends');
    },
  };
}

/** The record of a migration stays open until the alias that it has left ends. */
function isKeptForAlias({ isSwept, aliasLookAt }: Stored, now: number): boolean {
  return isSwept && aliasLookAt > now;
}

/** Time passes only by `pass` and `sleep`, which returns immediately. */
function manualClock(): TestDeps['clock'] {
  let time = Date.now();
  const pass = (ms: number): void => {
    time += ms;
  };
  return { now: () => time, pass, sleep: async (ms) => pass(ms) };
}

async function finish(deps: Deps, id: string): Promise<void> {
  await runMigration(deps, id);
  await closeMigration(deps, id);
}

async function clear(deps: TestDeps, id: string): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { done, seconds } = await tearDown(deps, id, deps.clock.now() + 60_000);
    if (done) return;
    deps.clock.pass(seconds * 1_000);
  }
}

/** Runs the teardowns that are due, and those that they start. */
async function clearAway(deps: Deps & Pick<TestDeps, 'client' | 'clock'>): Promise<void> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const { migrations } = await readTables(deps.client);
    const due = migrations.filter(({ kind }) => kind === 'teardown');
    if (due.length === 0) return;
    for (const { pk } of due) await clear(deps as TestDeps, pk);
  }
}

/** Lets a moment pass before each step, so that credentials from before a move and during it have different times. */
async function take(deps: TestDeps, call: Caller, step: Step, known: Known): Promise<Real> {
  deps.clock.pass(1);
  switch (step.do) {
    case 'enable':
      return enable(call, step);
    case 'disable':
      return statusOnly(await call('DELETE', mountsUrl(step.path), { namespace: step.in }));
    case 'tune': {
      const body = { description: step.description };
      return statusOnly(await call('POST', `${mountsUrl(step.path)}/tune`, { namespace: step.in, body }));
    }
    case 'create namespace':
      return statusOnly(await call('POST', `sys/namespaces/${step.name}`, { namespace: step.in }));
    case 'delete namespace':
      return statusOnly(await call('DELETE', `sys/namespaces/${step.name}`, { namespace: step.in }));
    case 'clear away':
      return statusOfWork(clearAway(deps));
    case 'move':
      return started(await call('POST', 'sys/remount', { namespace: step.in, body: moveBody(step) }));
    case 'end alias':
      return statusOnly(await call('DELETE', `sys/remount/aliases/${step.path}`, { namespace: step.in }));
    case 'dry run':
      return statusOnly(
        await call('POST', 'sys/remount', { namespace: step.in, body: { ...step, dry_run: true } }),
      );
    case 'run':
      return statusOfWork(runMigration(deps, idOf(known, step)));
    case 'switch':
      return statusOfWork(switchMount(deps, idOf(known, step)));
    case 'cancel':
      return statusOnly(await call('POST', `sys/remount/cancel/${idOf(known, step)}`));
    case 'undo':
      return started(await call('POST', `sys/remount/undo/${idOf(known, step)}`));
    case 'write':
      return statusOnly(await call('POST', step.path, { namespace: step.in, body: { is: step.value } }));
    case 'read':
      return shown(await call('GET', step.path, { namespace: step.in }));
    case 'log in':
      return loggedIn(
        await call('POST', `${step.path}/login/bob`, options(step.in, { password: 'builder' })),
      );
    case 'revoke':
      return revoke(call, known.secrets[step.credential] as Secret);
    case 'list':
      return listed(await call('GET', 'sys/mounts', { namespace: step.in }));
  }
}

function moveBody({ from, to, leaves }: Extract<Step, { do: 'move' }>): object {
  return { from, to, ...(leaves && { alias_ttl: '720h' }) };
}

function options(namespace: string, body: object): CallOptions {
  return { namespace, body };
}

async function enable(call: Caller, { in: namespace, path, type }: Extract<Step, { do: 'enable' }>) {
  const isUserpass = type === 'userpass';
  const kv = { version: '1', ...(type === 'leased' ? { leased_passthrough: 'true' } : {}) };
  const body = isUserpass ? { type } : { type: 'kv', options: kv };
  const answer = await call('POST', mountsUrl(path), { namespace, body });
  if (isUserpass && answer.status === 204) {
    const bob = { password_hash: PASSWORD_HASH };
    await call('POST', `${path}/users/bob`, { namespace, body: bob });
  }
  return statusOnly(answer);
}

function mountsUrl(path: string): string {
  return path.startsWith('auth/') ? `sys/${path}` : `sys/mounts/${path}`;
}

function idOf({ migrations }: Known, { migration }: { migration: number }): string {
  return migrations[migration] as string;
}

function statusOnly({ status }: Answer): Real {
  return { status: status < 300 ? 200 : status };
}

function started(answer: Answer): Real {
  const migration = answer.body?.data?.migration_id;
  return { ...statusOnly(answer), ...(migration ? { migration } : {}) };
}

function shown(answer: Answer): Real {
  if (answer.status !== 200) return statusOnly(answer);
  const lease = answer.body.lease_id;
  return {
    status: 200,
    shown: answer.body.data.is,
    ...(lease ? { issued: true, secret: { lease } } : {}),
  };
}

function loggedIn(answer: Answer): Real {
  if (answer.status !== 200) return statusOnly(answer);
  return { status: 200, issued: true, secret: { token: answer.body.auth.client_token } };
}

function listed(answer: Answer): Real {
  if (answer.status !== 200) return statusOnly(answer);
  const paths = Object.keys(answer.body.data);
  return { status: 200, shown: paths.filter((path) => !BUILT_IN.includes(path)).sort() };
}

const BUILT_IN = ['sys/', 'identity/', 'cubbyhole/'];

async function revoke(call: Caller, secret: Secret): Promise<Real> {
  if ('token' in secret) return statusOnly(await call('POST', 'auth/token/revoke', { body: secret }));
  return statusOnly(
    await call('POST', 'sys/leases/revoke', { body: { lease_id: secret.lease, sync: true } }),
  );
}

/** The service retries a workflow that found the store busy. Such a step is answered with 503 here. */
async function statusOfWork(work: Promise<unknown>): Promise<Real> {
  try {
    await work;
    return { status: 200 };
  } catch (error) {
    if (error instanceof StoreBusy) return { status: 503 };
    throw error;
  }
}
