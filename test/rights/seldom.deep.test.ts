/** Rare work of a service that no other test of a whole service causes. The rights it needs are recorded here. */

import { setTimeout as delay } from 'node:timers/promises';
import { ConditionalCheckFailedException, DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbStore } from '../../functions/adapters/dynamodbStore.ts';
import { copyLease } from '../../infra/demo/measure/fill.ts';
import { clientSettings } from '../../infra/local/clientSettings.ts';
import type { Service } from '../../infra/local/service.ts';
import { call, until } from '../events/eventService.ts';
import { readTables, type Stored, type Tables, writeTables } from '../support/tables.ts';
import { startRecordedService } from './recorder.ts';

let service: Service;
let client: DynamoDBClient;

beforeAll(async () => {
  service = await startRecordedService('seldom', { requestLifeSeconds: 6, reconcileSeconds: 86_400 });
  client = new DynamoDBClient(clientSettings(service.environment, 'DYNAMODB'));
});
afterAll(async () => {
  client?.destroy();
  await service?.stop();
});

/** @returns the `data` of an answer, or its `auth` */
async function ask(method: string, path: string, body?: object, as: Partial<Asker> = {}) {
  const asker = { ...service, rootToken: as.token ?? service.rootToken };
  const answer = await call(asker, method, path, body, as.namespace);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body?.data ?? answer.body?.auth;
}

interface Asker {
  token: string;
  namespace: string;
}

async function enableSsh(path: string, as?: Partial<Asker>): Promise<string> {
  await ask('POST', `sys/mounts/${path}`, { type: 'ssh' }, as);
  const role = { key_type: 'otp', default_user: 'ops', cidr_list: '0.0.0.0/0' };
  await ask('POST', `${path}/roles/web`, role, as);
  return (await ask('GET', `sys/mounts/${path}`, undefined, as)).uuid;
}

const issue = (path: string, as?: Partial<Asker>) => ask('POST', `${path}/creds/web`, { ip: '10.0.0.1' }, as);

const move = async (from: string, to: string): Promise<string> =>
  (await ask('POST', 'sys/remount', { from, to })).migration_id;

const ended = (id: string) =>
  until(async () => {
    const { status } = (await ask('GET', `sys/remount/status/${id}`)).migration_info;
    return status === 'in-progress' ? undefined : status;
  });

/** A lease with a key but without its other attributes. */
const damagedLease = (uuid: string): Stored => ({ pk: `${uuid}#0`, sk: 'creds/web/damaged', generation: 0 });

/** Logs in and gives the token everything a token may have: a lease, a child token with a lease, and a cubbyhole. */
async function logIn(path: string, sshPath: string): Promise<void> {
  await ask('POST', `sys/auth/${path}`, { type: 'userpass' });
  const user = { password: 'correct horse', token_policies: 'all' };
  await ask('POST', `auth/${path}/users/ann`, user);
  const { client_token: token } = await ask('POST', `auth/${path}/login/ann`, { password: user.password });
  await ask('POST', 'cubbyhole/note', { text: 'mine' }, { token });
  await issue(sshPath, { token });
  const child = await ask('POST', 'auth/token/create', {}, { token });
  await issue(sshPath, { token: child.client_token });
}

const ALL = `path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }`;

describe('a service', { timeout: 60_000 }, () => {
  beforeAll(() => ask('PUT', 'sys/policies/acl/all', { policy: ALL }));

  it('accepts a move from a token with two uses', async () => {
    await ask('POST', 'sys/mounts/used', { type: 'kv' });
    const { client_token: token } = await ask('POST', 'auth/token/create', {
      policies: ['all'],
      num_uses: 2,
    });

    const { migration_id } = await ask('POST', 'sys/remount', { from: 'used', to: 'used-up' }, { token });

    expect(await ended(migration_id)).toBe('success');
    expect((await ask('POST', 'auth/token/lookup', { token })).num_uses).toBe(1);
  });

  it('keeps a damaged lease as irrevocable, and sweeps late writes of requests in flight', async () => {
    const uuid = await enableSsh('hosts');
    await issue('hosts');
    await enableSsh('others');
    await logIn('staff', 'others');
    await writeTables(client, { leases: [damagedLease(uuid)] });
    const before = await readTables(client);

    const ids = [await move('hosts', 'machines'), await move('auth/staff', 'auth/people')];

    expect(await Promise.all(ids.map(ended))).toEqual(['success', 'success']);
    expect(Object.keys((await ask('GET', `sys/remount/irrevocable/${ids[0]}`)).key_info)).toHaveLength(1);
    const late = missing(before, await readTables(client));
    expect(Object.values(late).every((items) => items.length > 0)).toBe(true);
    await writeTables(client, late);
    const again = { ...damagedLease(uuid), sk: 'creds/web/damaged-too' };
    await writeTables(client, { leases: [again] });
    await until(async () => {
      const tables = await readTables(client);
      const open = tables.migrations.filter(({ pk, open }) => ids.includes(pk) && open !== undefined);
      return open.length === 0 ? true : undefined;
    });
    const left = await readTables(client);
    expect(missing(late, left)).toEqual(late);
    const kept = left.leases.filter(({ pk }) => pk.startsWith(uuid));
    expect(kept.map(({ sk, irrevocable }) => [sk, irrevocable !== undefined])).toEqual([
      [damagedLease(uuid).sk, true],
      [again.sk, true],
    ]);
  });

  it('waits in a bulk run for revocations, and fails the moves whose mounts were changed meanwhile', async () => {
    await enableSsh('many/hosts');
    await issue('many/hosts');
    const names = Array.from({ length: 30 }, (_, i) => `many/kv-${i}`);
    for (const name of names) await ask('POST', `sys/mounts/${name}`, { type: 'kv' });
    const moves = ['many/hosts', ...names].map((from) => ({ from, to: `${from}-moved` }));

    const { bulk_id } = await ask('POST', 'sys/remount/bulk', { moves });
    await Promise.all([
      ask('DELETE', `sys/mounts/${names.at(-1)}`),
      ask('POST', `sys/mounts/${names.at(-2)}-moved`, { type: 'kv' }),
    ]);

    const run = await until(async () => {
      const { bulk_info } = await ask('GET', `sys/remount/bulk/${bulk_id}`);
      return bulk_info.status === 'in-progress' ? undefined : bulk_info;
    });
    expect(run).toMatchObject({ status: 'failure', progress: { succeeded: 29, failed: 2 } });
  });

  it('removes a namespace with several mounts, tokens that own leases, and damaged leases', async () => {
    await ask('POST', 'sys/namespaces/team');
    const as = { namespace: 'team/' };
    await ask('POST', 'sys/mounts/side/kv', { type: 'kv' }, as);
    const uuid = await enableSsh('side/hosts', as);
    await ask('PUT', 'sys/policies/acl/all', { policy: ALL }, as);
    await ask('POST', 'auth/token/roles/web', {}, as);
    const { client_token: token } = await ask('POST', 'auth/token/create', { policies: ['all'] }, as);
    await issue('side/hosts', { ...as, token });
    await writeTables(client, { leases: [damagedLease(uuid)] });

    await ask('DELETE', 'sys/namespaces/team');

    await until(async () => {
      const { mounts, leases } = await readTables(client);
      const left = [
        ...mounts.filter(({ path }) => path === 'team/'),
        ...leases.filter(({ pk }) => pk.startsWith(uuid)),
      ];
      return left.every(({ irrevocable }) => irrevocable !== undefined) ? true : undefined;
    });
  });

  it('looks after an alias, and ends one at its time, and one with its namespace', async () => {
    for (const path of ['ending/kv', 'used/kv']) await ask('POST', `sys/mounts/${path}`, { type: 'kv' });
    for (const name of ['shut', 'kept']) await ask('POST', `sys/namespaces/${name}`);
    await ask('POST', 'sys/mounts/leaving', { type: 'kv' }, { namespace: 'shut/' });
    const leave = async (from: string, to: string, alias_ttl: string): Promise<string> =>
      (await ask('POST', 'sys/remount', { from, to, alias_ttl })).migration_id;
    const ids = [
      await leave('ending/kv', 'kept/ended', '1s'),
      await leave('used/kv', 'in-use', '1h'),
      await leave('shut/leaving', 'left', '1h'),
    ];
    expect(await Promise.all(ids.map(ended))).toEqual(['success', 'success', 'success']);
    await ask('POST', 'used/kv/k', { color: 'red' });
    await ask('DELETE', 'sys/namespaces/shut');

    await until(async () => {
      await makeOverdue();
      await service.invoke('reconcile', {});
      const { mounts, migrations } = await readTables(client);
      const aliases = mounts.filter(({ kind }) => kind === 'alias').map(({ sk }) => sk);
      const used = migrations.find(({ pk }) => pk === ids[1]);
      return `${aliases}` === 'used/kv/' && used?.aliasUsedAt && used.aliasEndsSoonAt ? true : undefined;
    });
  });

  it('restarts work whose heartbeat is overdue', async () => {
    await enableSsh('slow');
    await issue('slow');
    await ask('POST', 'sys/namespaces/leaving');
    const id = await move('slow', 'slower');
    await ask('DELETE', 'sys/namespaces/leaving');
    const uuid = await enableSsh('busy/hosts');
    await issue('busy/hosts');
    const clock = { now: () => Date.now(), sleep: (ms: number) => delay(ms) };
    await copyLease(
      dynamodbStore(client, (table) => table, clock),
      uuid,
      1_500,
    );
    await ask('POST', 'sys/remount/bulk', { rules: [{ from: 'busy/*', to: 'calm/*' }] });

    // A record may end before the others are restarted, so each kind counts once it was seen.
    const kinds = new Set<string>();
    await until(async () => {
      await makeOverdue();
      await service.invoke('reconcile', {});
      const restarted = (await readTables(client)).migrations.filter(({ attempt }) => attempt > 1);
      for (const { kind } of restarted) kinds.add(kind as string);
      return kinds.size === 3 ? true : undefined;
    });

    expect(await ended(id)).toBe('success');
  });

  it('replaces the first root token', async () => {
    const made = (await service.invoke('bootstrap', { replace: true })) as { token: string };

    expect((await call(service, 'GET', 'auth/token/lookup-self')).status).toBe(403);
    expect((await ask('GET', 'auth/token/lookup-self', undefined, { token: made.token })).policies).toEqual([
      'root',
    ]);
  });
});

/** Makes the next look of every open record long overdue. */
async function makeOverdue(): Promise<void> {
  const { migrations } = await readTables(client);
  for (const { pk, sk } of migrations.filter(({ open }) => open !== undefined)) {
    const update = new UpdateItemCommand({
      TableName: 'migrations',
      Key: marshall({ pk, sk }),
      UpdateExpression: 'SET nextLook = :past, aliasLookAt = :past',
      ConditionExpression: 'attribute_exists(#open)',
      ExpressionAttributeNames: { '#open': 'open' },
      ExpressionAttributeValues: { ':past': { N: '1' } },
    });
    await client.send(update).catch((error) => {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
    });
  }
}

type Held = Pick<Tables, 'access' | 'leases' | 'storage'>;

/** The items of `before` that are not in `after`. */
function missing(before: Held, after: Held): Held {
  const of = (name: 'access' | 'leases' | 'storage') => {
    const kept = new Set(after[name].map(({ pk, sk }) => `${pk}|${sk}`));
    return before[name].filter(({ pk, sk }) => !kept.has(`${pk}|${sk}`));
  };
  return { access: of('access'), leases: of('leases'), storage: of('storage') };
}
