import { beforeEach, describe, expect, it } from 'vitest';
import { clusterStore } from '../../functions/cluster/clusterStore.ts';
import { ClusterForbids } from '../../functions/ports/cluster.ts';
import type { Item, Range, Store } from '../../functions/ports/store.ts';
import { namespaceKey, policyKey, sha256, tokenKey, treeKey } from '../../functions/store/keys.ts';
import { mountOf } from '../../functions/tree/mount.ts';
import { front } from './support/front.ts';
import { type TableCluster, tableCluster } from './support/tableCluster.ts';

const f = front();
let cluster: TableCluster;
let store: Store;

beforeEach(() => {
  cluster = tableCluster({
    namespaces: {
      '': { mounts: { 'a/b/': 'kv', 'a/b\u{1F600}/': 'kv', 'a/b\uFFFD/': 'kv', 'auth/up/in/': 'userpass' } },
      'ns1/': { mounts: { 'kv/': 'kv' }, policies: { ops: 'path "kv/*" { capabilities = ["read"] }' } },
      'ns1/deep/': { id: 'deep', mounts: { 'kv/': 'kv' } },
      'shut/': { isLocked: true },
      'shut/in/': { id: 'in' },
    },
    tokens: { known: { namespace: 'ns1/', policies: { 'ns1/': ['ops'], '': ['base'] } } },
  });
  store = clusterStore(cluster, f.records.store, 'known');
});

const keysOf = (items: Item[]): string[] => items.map(({ sk }) => sk);
const all = (range: Partial<Range> = {}): Promise<Item[]> =>
  store.query({ table: 'mounts', pk: 'root', ...range });

describe('the tree of a cluster', () => {
  it('has mounts, namespaces and forks in the byte order of their paths, and no built-in mount', async () => {
    expect(keysOf(await all())).toEqual([
      'a/',
      'a/b/',
      'a/b\uFFFD/',
      'a/b\u{1F600}/',
      'auth/up/',
      'auth/up/in/',
      'ns1/',
      'shut/',
    ]);
  });

  it('counts the entries below a fork', async () => {
    expect(await store.get(treeKey('root', 'a/'))).toEqual({ pk: 'root', sk: 'a/', kind: 'fork', count: 3 });
    expect(await store.get(treeKey('root', 'auth/'))).toBeUndefined();
  });

  it('has each mount with its entry in the table of the cluster', async () => {
    const mount = mountOf(await store.get(treeKey('root', 'auth/up/in/')));

    const entry = (await cluster.mounts('')).get('auth/up/in/');
    expect(mount).toMatchObject({
      accessor: entry?.accessor,
      uuid: entry?.uuid,
      type: 'userpass',
      issued: true,
      entry,
    });
  });

  it('serves ranges as the store of the service does', async () => {
    const sorted = keysOf(await all());
    const ranges: [Partial<Range>, string[]][] = [
      [{ prefix: 'a/b' }, sorted.slice(1, 4)],
      [{ atMost: 'a/b\uFFFD/' }, sorted.slice(0, 3)],
      [{ after: 'a/b\uFFFD/' }, sorted.slice(3)],
      [{ after: 'a/c', limit: 2 }, sorted.slice(4, 6)],
      [{ atMost: 'b', descending: true, limit: 1 }, ['auth/up/in/']],
      [{ descending: true }, sorted.toReversed()],
    ];
    for (const [range, expected] of ranges) {
      expect(keysOf(await all(range)), JSON.stringify(range)).toEqual(expected);
      const paged: string[] = [];
      for await (const page of store.pages({ table: 'mounts', pk: 'root', ...range }))
        paged.push(...keysOf(page));
      expect(paged).toEqual(expected);
    }
  });

  it('finds a namespace by its id, however deep it is, and never looks into a locked one', async () => {
    expect(await store.get(namespaceKey('deep'))).toMatchObject({ path: 'ns1/deep/' });
    expect(await store.get(treeKey('deep', 'kv/'))).toMatchObject({ kind: 'mount' });
    expect(await store.get(namespaceKey('nobody'))).toBeUndefined();
    expect(await store.get(treeKey('nobody', 'kv/'))).toBeUndefined();
    expect(cluster.asked).not.toContain('namespaces shut/');
  });

  it('passes over namespaces that the service may not list, to find another one', async () => {
    const { namespaces } = cluster;
    cluster.namespaces = async (parent) => {
      if (parent === 'ns1/deep/') throw new ClusterForbids('the policy of the service lacks a line');
      return namespaces(parent);
    };

    expect(await store.get(namespaceKey('deep'))).toMatchObject({ path: 'ns1/deep/' });
    expect(await store.get(namespaceKey('nobody'))).toBeUndefined();
    await expect(store.query({ table: 'mounts', pk: 'deep' })).rejects.toThrow(ClusterForbids);
  });

  it('stands in for the id of a namespace with its path, if a cluster tells none', async () => {
    for (const [path, table] of Object.entries(cluster.tables.namespaces)) if (path) table.id = '';

    expect(await store.get(treeKey('ns1/deep/', 'kv/'))).toMatchObject({
      accessor: expect.stringMatching(/ns1\/deep\/kv\/$/),
    });
    expect(await store.get(treeKey('ns1/', 'kv/'))).toMatchObject({
      accessor: expect.stringMatching(/_ns1\/kv\/$/),
    });
  });

  it('is read once, and as it was then', async () => {
    await Promise.all([all(), all(), store.get(treeKey('root', 'a/b/'))]);
    cluster.tables.namespaces[''] = {};

    expect(await store.get(treeKey('root', 'a/b/'))).toBeDefined();
    expect(cluster.asked.toSorted()).toEqual(['mounts ', 'namespaces ']);
    const next = clusterStore(cluster, f.records.store, 'known');
    expect(await next.get(treeKey('root', 'a/b/'))).toBeUndefined();
  });
});

describe('the access of a cluster', () => {
  it('has the token of the request, and no other', async () => {
    const { hash, ...token } = (await store.get(tokenKey(sha256('known')))) as Item;

    expect(hash).toBeUndefined();
    expect(token).toMatchObject({ namespaceId: 'ns1', namespacePath: 'ns1/', policies: ['ops'] });
    expect(token.elsewhere).toEqual([{ namespaceId: 'root', namespacePath: '', policies: ['base'] }]);
    expect(await store.get(tokenKey(sha256('another')))).toBeUndefined();
    expect(cluster.asked.filter((question) => question.startsWith('lookup'))).toHaveLength(1);
  });

  it('has no token with policies of a namespace that is out of sight', async () => {
    cluster.tables.tokens.known = { policies: { '': ['base'], '/elsewhere/': ['strict'] } };

    expect(await store.get(tokenKey(sha256('known')))).toBeUndefined();
  });

  it('has the policies of a namespace, and none that only this service would have', async () => {
    expect(await store.query({ table: 'access', pk: policyKey('ns1', '').pk })).toMatchObject([
      { sk: 'ops' },
    ]);
    expect(await store.get(policyKey('ns1', 'default'))).toMatchObject({ compiled: '{"rules":[]}' });
    expect(await store.query({ table: 'access', pk: 'children#x#1' })).toEqual([]);
  });
});

describe('what a cluster has', () => {
  const strange = treeKey('root', 'x/');

  it('is never written', async () => {
    const table = 'the table mounts is the cluster';
    await expect(store.commit([{ put: { ...strange } }])).rejects.toThrow(table);
    await expect(store.update({ update: strange, if: {} })).rejects.toThrow(table);
    await expect(store.putMany([{ put: { ...strange } }])).rejects.toThrow(table);
    await expect(store.deleteMany([strange])).rejects.toThrow(table);
  });

  it('leaves the records to the store of the service', async () => {
    const ref = { table: 'migrations', pk: 'one', sk: '.' } as const;
    await store.commit([{ put: { ...ref, colour: 'blue' } }]);

    expect(await f.records.store.get(ref)).toMatchObject({ colour: 'blue' });
    expect(await store.getMany([strange, ref, treeKey('root', 'ns1/')])).toMatchObject([
      undefined,
      { colour: 'blue' },
      { kind: 'namespace' },
    ]);
  });

  it('has no lease and no storage here', async () => {
    expect(await store.query({ table: 'leases', pk: 'x' })).toEqual([]);
    expect(await store.get({ table: 'storage', pk: 'x', sk: 'y' })).toBeUndefined();
  });
});
