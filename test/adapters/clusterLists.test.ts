import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vaultCluster } from '../../functions/adapters/vaultCluster.ts';
import { MAX_KEY_LISTS } from '../../functions/limits.ts';
import type { MountEntry } from '../../functions/ports/cluster.ts';
import { type FaultyServer, json, settingsFor, startFaultyServer } from './faultyServer.ts';

const KV: MountEntry = {
  accessor: 'kv_1',
  uuid: 'u',
  type: 'kv',
  description: '',
  config: {},
  options: { version: '2' },
  local: false,
  seal_wrap: false,
  external_entropy_access: false,
};

let server: FaultyServer;
beforeAll(async () => {
  server = await startFaultyServer();
});
afterAll(() => server.stop());

describe('the leases below a path', () => {
  it('are walked depth first, and no further than they are asked for', async () => {
    const levels: Record<string, string[]> = {
      'db/': ['creds/', 'last'],
      'db/creds/': ['a b/', 'c/'],
      'db/creds/a%20b/': ['h1', 'h2'],
    };
    server.plan(({ url }, response) => {
      const path = url.replace('/v1/sys/leases/lookup/', '').replace('?list=true', '');
      const keys = levels[path];
      json(response, keys ? 200 : 404, keys ? { data: { keys } } : { errors: [] });
    });
    const walk = vaultCluster(settingsFor(server.address)).leases({ namespace: '', path: 'db/' });
    const iterator = walk[Symbol.asyncIterator]();
    expect(await iterator.next()).toMatchObject({ value: 'db/creds/a b/h1' });
    expect(await iterator.next()).toMatchObject({ value: 'db/creds/a b/h2' });
    expect(server.got).toHaveLength(3);
    expect(await iterator.next()).toMatchObject({ value: 'db/last' });
    expect(await iterator.next()).toMatchObject({ done: true });
    expect(server.got.map(({ url }) => url).at(-1)).toBe('/v1/sys/leases/lookup/db/creds/c/?list=true');
  });

  it('have roles that errors do not name', async () => {
    server.plan(({ url }, response) => {
      if (!url.includes('payroll')) return json(response, 200, { data: { keys: ['payroll/'] } });
      json(response, 403, { errors: ['permission denied'] });
    });
    const walk = vaultCluster(settingsFor(server.address)).leases({ namespace: '', path: 'db/creds/' });
    await expect(walk[Symbol.asyncIterator]().next()).rejects.toThrow(
      /^the policy of the service lacks: .* \(LIST sys\/leases\/lookup\/db\/creds\/: permission denied\)$/,
    );
  });
});

describe('the keys of a kv mount', () => {
  const keys = (entry: MountEntry) =>
    vaultCluster(settingsFor(server.address)).keys({ namespace: '', path: 'kv/' }, entry);

  it('have folders that errors do not name', async () => {
    server.plan(({ url }, response) => {
      if (!url.includes('payroll')) return json(response, 200, { data: { keys: ['payroll/'] } });
      json(response, 404, {
        errors: ['no handler for route "kv/metadata/payroll/". route entry not found.'],
      });
    });
    await expect(keys(KV)).rejects.toThrow(
      'the answer to LIST kv/metadata/ is not understood: status 404, no handler for route "kv/metadata/". route entry not found.',
    );
  });

  it(`are not counted if that takes more than ${MAX_KEY_LISTS} lists (MAX_KEY_LISTS)`, async () => {
    // Each folder holds one key, and the next folder.
    const nested = (depth: number) =>
      server.plan((_, response, count) =>
        json(response, 200, { data: { keys: count < depth ? ['k', 'f/'] : ['k'] } }),
      );
    nested(MAX_KEY_LISTS);
    expect(await keys(KV)).toHaveLength(MAX_KEY_LISTS);
    nested(MAX_KEY_LISTS + 1);
    expect(await keys(KV)).toBeUndefined();
    expect(server.got).toHaveLength(MAX_KEY_LISTS);
  });

  it('are looked for at the place of its version', async () => {
    server.plan((_, response) => json(response, 404, { errors: [] }));
    expect(await keys(KV)).toEqual([]);
    expect(await keys({ ...KV, options: { version: '1' } })).toEqual([]);
    expect(await keys({ ...KV, options: null })).toEqual([]);
    expect(server.got.map(({ url }) => url)).toEqual([
      '/v1/kv/metadata/?list=true',
      '/v1/kv/?list=true',
      '/v1/kv/?list=true',
    ]);
  });

  it('of another engine are not looked for', async () => {
    server.plan((_, response) => json(response, 404, { errors: [] }));
    expect(await keys({ ...KV, type: 'pki' })).toBeUndefined();
    expect(server.got).toEqual([]);
  });

  it('that may not be listed, also in part, are not counted', async () => {
    server.plan((_, response, count) =>
      count === 1
        ? json(response, 200, { data: { keys: ['a', 'f/'] } })
        : json(response, 403, { errors: ['permission denied'] }),
    );
    expect(await keys(KV)).toBeUndefined();
  });
});
