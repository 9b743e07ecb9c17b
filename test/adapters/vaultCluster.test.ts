/** Answers that no OpenBao gives: those of Vault, by its documentation, and of tokens about to end. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { vaultCluster } from '../../functions/adapters/vaultCluster.ts';
import type { Cluster } from '../../functions/ports/cluster.ts';
import { type FaultyServer, json, settingsFor, startFaultyServer } from './faultyServer.ts';

let server: FaultyServer;
let cluster: Cluster;
beforeAll(async () => {
  server = await startFaultyServer();
});
beforeEach(() => {
  server.leader = { ha_enabled: false };
  cluster = vaultCluster(settingsFor(server.address));
});
afterAll(() => server.stop());

function answer(status: number, body: object): void {
  server.plan((_, response) => json(response, status, body));
}

describe('the health of Vault', () => {
  const health = {
    initialized: true,
    sealed: false,
    standby: false,
    performance_standby: false,
    replication_performance_mode: 'disabled',
    replication_dr_mode: 'disabled',
    server_time_utc: 1_704_757_906,
    version: '1.21.0',
    cluster_id: 'an-id',
    enterprise: false,
    echo_duration_ms: 0,
    clock_skew_ms: 0,
  };
  const told = {
    product: 'Vault',
    version: '1.21.0',
    clusterId: 'an-id',
    isInitialized: true,
    isSealed: false,
    isPerformanceSecondary: false,
  };

  it.each([
    ['the community edition', {}, {}],
    [
      'a version that does not tell the edition',
      { enterprise: undefined, version: '1.12.0' },
      { version: '1.12.0' },
    ],
    [
      'a version with the number of an OpenBao',
      { version: '2.0.0+ent', enterprise: true },
      { version: '2.0.0+ent' },
    ],
    ['a primary', { replication_performance_mode: 'primary' }, {}],
    [
      'a performance secondary',
      { replication_performance_mode: 'secondary' },
      { isPerformanceSecondary: true },
    ],
    [
      'a sealed server',
      { sealed: true, cluster_id: undefined, replication_performance_mode: 'unknown' },
      { isSealed: true, clusterId: '' },
    ],
    ['a new server', { initialized: false, sealed: true }, { isInitialized: false, isSealed: true }],
  ])('tells of %s', async (_, has, tells) => {
    answer(200, { ...health, ...has });
    expect(await cluster.server()).toEqual({ ...told, ...tells });
  });

  it('is asked for at the configured address, in no namespace, and with status 200 for every state', async () => {
    server.leader = { ha_enabled: true, leader_address: 'https://10.255.255.1:8200' };
    answer(200, health);
    await vaultCluster(settingsFor(server.address, { namespace: 'admin/' })).server();
    const [got] = server.got;
    expect(got?.headers).not.toHaveProperty('x-vault-namespace');
    const query = new URLSearchParams(got?.url.split('?')[1]);
    for (const state of [
      'standby',
      'performancestandby',
      'drsecondary',
      'haunhealthy',
      'removed',
      'sealed',
      'uninit',
    ])
      expect([state, query.get(`${state}code`)]).toEqual([state, '200']);
  });
});

describe('namespaces of Vault', () => {
  it('have no uuid, and in old versions only a name', async () => {
    answer(200, {
      data: {
        keys: ['bar/', 'foo/'],
        key_info: { 'bar/': { custom_metadata: { a: 'b' }, id: 'HWmNL', path: 'bar/' } },
      },
    });
    expect(await cluster.namespaces('')).toEqual([
      { id: 'HWmNL', uuid: '', name: 'bar/', metadata: { a: 'b' }, isLocked: false },
      { id: '', uuid: '', name: 'foo/', metadata: {}, isLocked: false },
    ]);
  });
});

describe('a hosted cluster', () => {
  it('that does not say which node is active is asked at its one address', async () => {
    server.plan(({ url }, response) =>
      url.endsWith('sys/policies/acl/p')
        ? json(response, 200, { data: { policy: 'path "x" {}' } })
        : json(response, 404, { errors: ['1 error occurred:\n\t* unsupported path\n\n'] }),
    );
    server.leader = {};
    server.leaderStatus = 403;
    expect(await cluster.policy('', 'p')).toEqual({ text: 'path "x" {}', settings: {} });
    expect(await cluster.nodes()).toEqual([{ address: server.address, isActive: true }]);
    server.leaderStatus = 200;
  });
});

describe('a token whose uses are spent', () => {
  it('is none, although the cluster still tells of it', async () => {
    answer(200, { data: { accessor: 'a', policies: ['default'], num_uses: -2 } });
    expect(await cluster.lookup('s.spent')).toBeUndefined();
    answer(200, { data: { accessor: 'a', policies: ['default'], num_uses: 0 } });
    expect(await cluster.lookup('s.unlimited')).toMatchObject({ accessor: 'a' });
  });
});

describe('the router', () => {
  const at = { namespace: 'a/', path: 'kv/sub/' };
  const says = (words: string) => answer(400, { errors: [words] });

  it.each([
    ['path already in use at "a/kv/sub/"', true],
    ['path already in use at "a/kv/"', false],
    ['no matching mount at "a/kv/sub/"', false],
  ])('that says %s routes exactly there: %s', async (words, isRouted) => {
    says(words);
    expect(await cluster.isRouted(at)).toBe(isRouted);
  });

  it('has quotes and backslashes in its paths', async () => {
    says(String.raw`path already in use at "a\"b\\c/"`);
    expect(await cluster.isRouted({ namespace: '', path: String.raw`a"b\c/` })).toBe(true);
  });

  it('is not understood if it says something else, or begins to move', async () => {
    says('cannot remount "sys/"');
    await expect(cluster.isRouted(at)).rejects.toThrow(
      'is not understood: status 400, cannot remount "sys/"',
    );
    answer(200, { data: { migration_id: 'id' } });
    await expect(cluster.isRouted(at)).rejects.toThrow('is not understood: status 200');
  });
});

describe('a step down', () => {
  it('is sent once: a second one would hit the next node', async () => {
    server.plan((_, response) => response.socket?.destroy());
    await expect(cluster.stepDown()).rejects.toMatchObject({ mayHaveArrived: true });
    expect(server.got).toHaveLength(1);
  });
});
