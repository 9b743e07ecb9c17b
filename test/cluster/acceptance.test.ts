import { beforeEach, describe, expect, it } from 'vitest';
import { migrationOf } from '../../functions/remount/migration.ts';
import { migrationKey } from '../../functions/store/keys.ts';
import {
  AUTH,
  FREE,
  IMPROVED_ROWS,
  KV,
  NESTED,
  NESTED_AUTH,
  NS,
  OTHER,
  OTHER_AUTH,
  ROWS,
} from '../contract/refusals.ts';
import type { CallOptions } from '../support/call.ts';
import { front } from './support/front.ts';
import { type TableCluster, tableCluster } from './support/tableCluster.ts';

const f = front();
let cluster: TableCluster;

beforeEach(() => {
  cluster = tableCluster({
    namespaces: {
      '': {
        mounts: {
          [`${KV}/`]: 'kv',
          [`${OTHER}/`]: 'kv',
          [`${NESTED}/`]: 'kv',
          [`auth/${AUTH}/`]: 'userpass',
          [`auth/${OTHER_AUTH}/`]: 'userpass',
          [`auth/${NESTED_AUTH}/`]: 'userpass',
        },
        policies: {
          team: `path "${KV}/data/*" { capabilities = ["read"] } path "${KV}/{{identity.entity.name}}" { capabilities = ["read"] }`,
          wide: 'path "*" { capabilities = ["read"] }',
          strange: 'path "x" { capabilities = ["fly"] }',
        },
      },
      [`${NS}/`]: {
        mounts: { 'kv/': 'kv' },
        policies: { inner: 'path "kv/metadata" { capabilities = ["list"] }' },
      },
      [`${NS}/deep/`]: { id: 'deep' },
      [`${NS}/team/`]: {},
      'shut/': { isLocked: true },
    },
    tokens: { root: { policies: { '': ['root'] } } },
  });
});

const start = (from: string, to: string, options: CallOptions & { body?: object } = {}) =>
  f.calls(cluster)('POST', 'sys/remount', { ...options, body: { from, to, ...options.body } });

describe('a move on a cluster is refused for', () => {
  it.each([...ROWS, ...IMPROVED_ROWS])('%s', async (_, from, to, text) => {
    const { status, body } = await start(from, to);

    expect({ status, body }).toEqual({ status: 400, body: { errors: [text] } });
  });

  it('a target in a locked namespace, which it names', async () => {
    const { status, body } = await start(KV, 'shut/kv');

    expect(status).toBe(503);
    expect(body.errors[0]).toContain('"shut/" must be unlocked');
  });

  it('a method whose path begins like that of the tokens, at either end', async () => {
    expect(await start(`auth/${AUTH}`, 'auth/tokens')).toMatchObject({
      status: 400,
      body: { errors: ['cannot remount to destination "auth/tokens/"'] },
    });
    const { mounts = {} } = cluster.tables.namespaces[''] ?? {};
    mounts['auth/token-x/'] = 'userpass';
    expect(await start('auth/token-x', `auth/${FREE}`)).toMatchObject({
      status: 400,
      body: { errors: ['cannot remount "auth/token-x/"'] },
    });
  });

  it('a target that OpenBao would refuse, before any lease is touched', async () => {
    const into = (from: string, to: string) => start(from, to, { body: { allow_copy: true } });
    const text = `OpenBao takes the namespace "${NS}/" for one that is in the way of "${NS}/team/"; move the mount into "${NS}/" first`;

    expect(await into(KV, `${NS}/team/kv`)).toMatchObject({ status: 400, body: { errors: [text] } });
    expect(await into(`${NS}/kv`, `${NS}/team/kv`)).toMatchObject({ status: 200 });
    expect(await into(KV, `${NS}/deep/kv`)).toMatchObject({ status: 200 });
  });

  it('an answer that is to be wrapped', async () => {
    const { status, body } = await start(KV, FREE, { headers: { 'x-vault-wrap-ttl': '60' } });

    expect({ status, body }).toEqual({
      status: 400,
      body: { errors: ['responses of this endpoint cannot be wrapped'] },
    });
  });
});

describe('a move on a cluster', () => {
  it.each([
    ['the paths', '', `${NS}/kv`, `${NS}/deep/kv`],
    ['the header', NS, 'kv', 'deep/kv'],
  ])('is accepted with its namespaces in %s, and recorded with its ids', async (_, namespace, from, to) => {
    const { status, body } = await start(from, to, { namespace, body: { allow_copy: true } });

    expect(status, JSON.stringify(body)).toBe(200);
    const record = await f.records.store.get(migrationKey(body.data.migration_id));
    expect(migrationOf(record)).toMatchObject({
      mountUuid: expect.stringMatching(`^uuid of kv_.*_${NS}/kv/$`),
      cluster: { entry: { type: 'kv', plugin_version: '' } },
      source: { namespaceId: NS, namespacePath: `${NS}/`, path: 'kv/' },
      target: { namespaceId: 'deep', namespacePath: `${NS}/deep/`, path: 'kv/' },
      visibleTo: ['root', NS, 'deep'],
      requestedBy: { displayName: 'somebody', accessor: 'accessor', namespace: '' },
    });
  });

  it('is accepted for an auth method', async () => {
    expect(await start(`auth/${AUTH}`, `auth/${FREE}`)).toMatchObject({ status: 200 });
  });

  it('has a status that only the namespaces of its ends see, and those above', async () => {
    const { body } = await start(`${NS}/kv`, `${NS}/kv2`);
    const path = `sys/remount/status/${body.data.migration_id}`;
    const status = (namespace: string) => f.calls(cluster)('GET', path, { namespace });

    expect(await status(NS)).toMatchObject({ status: 200 });
    expect(await status('')).toMatchObject({ status: 200 });
    expect(await status(`${NS}/deep`)).toMatchObject({ status: 404 });
  });

  it('that is requested again after it was done is answered with the same migration', async () => {
    const { mounts = {} } = cluster.tables.namespaces[`${NS}/`] ?? {};
    const moved = (await cluster.mounts(`${NS}/`)).get('kv/');
    const first = (await start(`${NS}/kv`, `${NS}/kv2`)).body.data.migration_id;
    mounts['kv2/'] = moved?.accessor ?? '';
    delete mounts['kv/'];

    expect((await start(`${NS}/kv`, `${NS}/kv2`)).body.data.migration_id).toBe(first);
    expect(await start('elsewhere', `${NS}/kv2`)).toMatchObject({ status: 400 });
    expect((await start(`${NS}/kv`, `${NS}/kv2`, { body: { dry_run: true } })).body.data).toEqual({
      dry_run: true,
      migration_id: first,
    });
  });
});

describe('a dry run on a cluster', () => {
  const plan = (from: string, to: string, namespace = '') =>
    start(from, to, { namespace, body: { dry_run: true } });

  it('names the rules of the policies of the cluster that miss the mount afterwards', async () => {
    const { body } = await plan(KV, `${NS}/kv2`);

    const replacement = (path: string) => ({ namespace: '', path: `${NS}/kv2/${path}` });
    expect(body.data.policies).toEqual([
      {
        namespace: '',
        policy: 'team',
        path: `${KV}/data/*`,
        capabilities: ['read'],
        replacement: replacement('data/*'),
      },
      {
        namespace: '',
        policy: 'team',
        path: `${KV}/{{identity.entity.name}}`,
        capabilities: ['read'],
        replacement: replacement('{{identity.entity.name}}'),
      },
    ]);
  });

  it('writes nothing', async () => {
    const list = async () =>
      (await f.calls(cluster)('LIST', 'sys/remount/status', { namespace: NS })).body.data;
    const before = await list();

    expect(await plan('kv', 'kv3', NS)).toMatchObject({ status: 200, body: { data: { dry_run: true } } });
    expect(await list()).toEqual(before);
  });
});

describe('a bulk run on a cluster', () => {
  it('is planned over its tables', async () => {
    const rules = [{ from: `${NS}/+`, to: `${NS}/deep/+` }];
    const answer = await f.calls(cluster)('POST', 'sys/remount/bulk', { body: { rules, dry_run: true } });

    expect(answer.status, answer.text).toBe(200);
    expect(answer.text).toContain(`${NS}/deep/kv/`);
  });

  it('names every problem, with the mounts of the cluster that are in the way', async () => {
    const moves = [
      { from: KV, to: OTHER },
      { from: 'unknown', to: FREE },
      { from: `${NS}/kv`, to: NESTED.split('/')[0] },
    ];
    const { status, body } = await f.calls(cluster)('POST', 'sys/remount/bulk', {
      body: { moves, allow_copy: true },
    });

    expect(status).toBe(400);
    expect(body.errors).toEqual([
      `row 1: path already in use at "${OTHER}/"`,
      'row 2: no matching mount at "unknown/"',
      `row 3: path already in use at "${NESTED}/"`,
    ]);
  });
});
