/** Kills the whole service at random moments under load. Nothing that it had acknowledged may be lost. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDynamoDB } from '../../infra/local/dynamodb.ts';
import { openStage } from '../faults/stage.ts';
import { type Chance, chanceOf, seedFrom } from '../support/chance.ts';
import { changedEnds, violations } from '../support/checker.ts';
import { readTables, type Tables } from '../support/tables.ts';
import { type Running, startOn } from './running.ts';

const SEED = seedFrom('KILL_SEED');
const KILLS = Number(process.env.KILLS || 2);
const TIMEOUT_MS = 60_000 + KILLS * 60_000;

/** The longest time until a kill, from the moment when the service has served some of each request. */
const MAX_DELAY_MS = 1_500;

const MOUNTS = ['kv-0', 'kv-1', 'kv-2', 'keys', 'auth/people'];

let dataDir: string;
let service: Running | undefined;
let chance: Chance;
/** The keys of secrets whose writes were acknowledged. */
let written: string[];
/** The last requested targets of each mount: it is at one of them. */
let places: Map<string, string[]>;
let moves: number;
let accepted: number;

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'remount-kill-'));
  chance = chanceOf(SEED);
  written = [];
  places = new Map(MOUNTS.map((name) => [name, [name]]));
  moves = 0;
  accepted = 0;
});
afterAll(async () => {
  await service?.kill();
  await rm(dataDir, { recursive: true, force: true });
});

/** Creates the mounts. Each has its first name as its description, and stores something under `first`. */
async function setUp({ call }: Running): Promise<void> {
  for (const name of MOUNTS.filter((one) => one.startsWith('kv'))) {
    await call('POST', `sys/mounts/${name}`, { type: 'kv', options: { version: '1' }, description: name });
    await call('POST', `${name}/first`, { is: name });
  }
  await call('POST', 'sys/mounts/keys', { type: 'ssh', description: 'keys' });
  await call('POST', 'keys/roles/first', { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' });
  await call('POST', 'sys/auth/people', { type: 'userpass', description: 'auth/people' });
  await call('POST', 'auth/people/users/first', { password: 'builder' });
}

/** The fields of a mount that no move changes, and what it stores under `first`. */
interface Mount {
  uuid: string;
  accessor: string;
  type: string;
  description: string;
  first: unknown;
}

/** The mounts of this test as the service shows them, sorted by their first names. */
async function mountsOf(service: Running): Promise<Mount[]> {
  const [secrets, auth] = await Promise.all([listed(service, 'sys/mounts'), listed(service, 'sys/auth')]);
  const mounts = [...secrets, ...auth].map(async ({ uuid, accessor, type, description }) => {
    const mount = { uuid, accessor, type, description };
    return { ...mount, first: await firstOf(service, mount) };
  });
  return (await Promise.all(mounts)).sort((a, b) => (a.description < b.description ? -1 : 1));
}

type Listed = Omit<Mount, 'first'> & { path: string };

async function listed({ call }: Running, list: string): Promise<Listed[]> {
  const answer = await call('GET', list);
  return Object.entries<Omit<Listed, 'path'>>(answer?.body.data ?? {})
    .map(([path, mount]) => ({ ...mount, path: `${list === 'sys/auth' ? 'auth/' : ''}${path}` }))
    .filter(({ description }) => MOUNTS.includes(description));
}

/** Reads what a mount stores. It retries if the reconciler has moved the mount meanwhile. */
async function firstOf(service: Running, { uuid, type }: Pick<Mount, 'uuid' | 'type'>): Promise<unknown> {
  const list = type === 'userpass' ? 'sys/auth' : 'sys/mounts';
  const inMount = { kv: 'first', ssh: 'roles/first', userpass: 'users/first' }[type];
  for (let tries = 0; tries < 20; tries++) {
    const { path } = (await listed(service, list)).find((mount) => mount.uuid === uuid) ?? {};
    const answer = await service.call('GET', `${path}${inMount}`);
    if (answer?.status === 200) return answer.body.data;
  }
  return undefined;
}

/** A path for a request: mostly the last target, which the mount may not have reached. */
function placeOf(name: string): string {
  const known = places.get(name) as string[];
  return chance.fraction() < 0.6 ? (known.at(-1) as string) : chance.pick(known);
}

const LOAD: ((service: Running) => Promise<unknown>)[] = [
  async ({ call }) => {
    const key = `k${written.length}-${Math.floor(chance.fraction() * 1e9)}`;
    const answer = await call('POST', `${placeOf(chance.pick(MOUNTS.slice(0, 3)))}/${key}`, { key });
    if (answer?.status === 204) written.push(key);
  },
  ({ call }) => call('POST', `${placeOf('keys')}/creds/first`, { ip: '10.0.0.1' }),
  ({ call }) => call('POST', `${placeOf('auth/people')}/login/first`, { password: 'builder' }),
  async ({ call }) => {
    const name = chance.pick(MOUNTS);
    const from = placeOf(name);
    const to = `${name}-${++moves}`;
    const answer = await call('POST', 'sys/remount', { from, to });
    if (answer?.status === 200) accepted++;
    // A request without an answer may have been accepted.
    if (answer?.status !== 400) places.set(name, [...(places.get(name) ?? []).slice(-3), to]);
  },
];

/** Keeps several requests in flight until the service is killed. */
async function load(service: Running, isOver: () => boolean): Promise<void> {
  const work = async () => {
    while (!isOver()) await chance.pick(LOAD)(service);
  };
  await Promise.all(Array.from({ length: 6 }, work));
}

async function killedUnderLoad(service: Running): Promise<void> {
  let isOver = false;
  const [before, writtenBefore] = [accepted, written.length];
  const working = load(service, () => isOver);
  while (accepted < before + 3 || written.length === writtenBefore) await delay(20);
  await delay(chance.fraction() * MAX_DELAY_MS);
  await service.kill();
  isOver = true;
  await working;
}

/** Reads the tables in the folder while no service runs. */
async function storedTables(): Promise<Tables> {
  const dynamodb = await startDynamoDB({ dataDir });
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const client = new DynamoDBClient({ endpoint: dynamodb.endpoint, region: 'us-east-1', credentials });
  const tables = await readTables(client);
  client.destroy();
  await dynamodb.stop();
  return tables;
}

describe(`a service that is killed under load (seed ${SEED})`, () => {
  it('loses nothing, and completes all that it had accepted', { timeout: TIMEOUT_MS }, async () => {
    let initial: Mount[] = [];
    let seen: Tables | undefined;
    for (let kill = 0; kill < KILLS; kill++) {
      service = await startOn(dataDir);
      if (kill === 0) {
        await setUp(service);
        initial = await mountsOf(service);
        expect(initial.map(({ description }) => description)).toEqual([...MOUNTS].sort());
        expect(initial.filter(({ first }) => first === undefined)).toEqual([]);
      }
      expect(await mountsOf(service)).toEqual(initial);
      await killedUnderLoad(service);
      const tables = await storedTables();
      expect(violations(tables, 'midway')).toEqual([]);
      expect(changedEnds(seen ?? tables, tables)).toEqual([]);
      seen = tables;
    }

    // A stage on the same folder, without the service. Its clock jumps, so the recovery does not wait.
    const dynamodb = await startDynamoDB({ dataDir });
    const stage = await openStage({ between: async () => dynamodb });
    await stage.recover();
    const tables = await stage.tables();
    await stage.stop();

    expect(violations(tables, 'ended')).toEqual([]);
    expect(changedEnds(seen as Tables, tables)).toEqual([]);
    expect(stage.surprises).toEqual([]);
    const stored = tables.storage.map(({ sk }) => sk);
    expect(written.filter((key) => !stored.some((sk) => sk.includes(key)))).toEqual([]);
    expect(tables.migrations.filter(({ kind }) => kind === 'migration').length).toBeGreaterThanOrEqual(
      accepted,
    );
    expect(tables.migrations.some(({ status }) => status === 'success')).toBe(true);
    const mounts = tables.mounts.filter(({ kind }) => kind === 'mount');
    expect(mounts.map(({ type }) => type).sort()).toEqual(['kv', 'kv', 'kv', 'kv', 'ssh', 'userpass']);
    for (const { first, ...fields } of initial)
      expect(mounts).toContainEqual(expect.objectContaining(fields));
  });
});
