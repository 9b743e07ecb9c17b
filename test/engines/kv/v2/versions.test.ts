import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { metadataItem, metadataOf } from '../../../../functions/engines/kv/v2/metadata.ts';
import { MAX_REMOVED_VERSIONS } from '../../../../functions/limits.ts';
import type { Mount } from '../../../../functions/tree/mount.ts';
import { type KvService, startKv, urlOf } from '../kvService.ts';

let kv: KvService;
let mount: Mount;

beforeAll(async () => {
  kv = await startKv();
  mount = await kv.mount({ version: '2' });
});
afterAll(() => kv.deps.stop());

const at = (path: string): string => urlOf(mount, path);
const put = (path: string, data: unknown = {}) => kv.call('POST', at(`data/${path}`), { body: { data } });
const act = (verb: string, path: string, versions: unknown) =>
  kv.call('POST', at(`${verb}/${path}`), { body: { versions } });
const statuses = async (path: string, numbers: number[]) =>
  Promise.all(
    numbers.map(async (number) => {
      const { status } = await kv.call('GET', at(`data/${path}`), { query: { version: [`${number}`] } });
      return status;
    }),
  );
const metadata = async (path: string) => (await kv.call('GET', at(`metadata/${path}`))).body.data;
const valuesOf = async (path: string) =>
  (await kv.keysOf(mount)).filter((key) => key.startsWith(`version/${path}#`)).length;

describe('versions by number', () => {
  test('are deleted and undeleted', async () => {
    for (let v = 1; v <= 3; v++) await put('soft', { v });

    const deleted = await act('delete', 'soft', [1, 3, 9]);
    expect(deleted.status).toBe(204);
    expect(deleted.text).toBe('');
    expect(await statuses('soft', [1, 2, 3])).toEqual([404, 200, 404]);

    expect((await act('undelete', 'soft', '1,3, 9')).status).toBe(204);
    expect(await statuses('soft', [1, 2, 3])).toEqual([200, 200, 200]);
    expect((await metadata('soft')).versions[3].deletion_time).toBe('');
  });

  test('are destroyed permanently', async () => {
    for (let v = 1; v <= 2; v++) await put('hard', { v });

    const destroyed = await kv.call('PUT', at('destroy/hard'), { body: { versions: [2, 2, 7] } });
    await act('undelete', 'hard', [2]);
    const read = await kv.call('GET', at('data/hard'));

    expect(destroyed.status).toBe(204);
    expect(read.status).toBe(404);
    expect(read.body.data).toMatchObject({
      data: null,
      metadata: { version: 2, destroyed: true, deletion_time: '' },
    });
    expect(await statuses('hard', [1])).toEqual([200]);
    expect(await valuesOf('hard')).toBe(1);
    expect((await put('hard')).body.data.version).toBe(3);
  });

  test.each([
    ['delete', 'No version number provided'],
    ['undelete', 'No version number provided'],
    ['destroy', 'no version number provided'],
  ])('must be named to %s them', async (verb, text) => {
    for (const versions of [undefined, [], '']) {
      const refused = await act(verb, 'soft', versions);
      expect(refused.status).toBe(400);
      expect(refused.body).toEqual({ errors: [text] });
    }
  });

  test.each(['x', ['1', 'x'], [1.5], [[1]], { a: 1 }])('cannot be %j', async (versions) => {
    const refused = await act('destroy', 'soft', versions);

    expect(refused.status).toBe(400);
    expect(refused.body.errors[0]).toMatch(
      /^Field validation failed: error converting input for field "versions"/,
    );
    expect(await statuses('soft', [1])).toEqual([200]);
  });

  test.each(['delete', 'undelete', 'destroy'])('of an absent secret are 204 to %s', async (verb) => {
    expect((await act(verb, 'absent', [1])).status).toBe(204);
    expect(await metadata('absent')).toBeUndefined();
  });
});

describe('max_versions', () => {
  test('is ten if neither the secret nor the mount sets it', async () => {
    for (let v = 1; v <= 12; v++) await put('ten', { v });

    const { versions, oldest_version, current_version } = await metadata('ten');

    expect(Object.keys(versions)).toEqual(['3', '4', '5', '6', '7', '8', '9', '10', '11', '12']);
    expect([oldest_version, current_version]).toEqual([3, 12]);
    expect(await statuses('ten', [2, 3])).toEqual([404, 200]);
    expect(await valuesOf('ten')).toBe(10);
  });

  test("follows the mount's setting, and before it the secret's own", async () => {
    const other = await kv.mount({ version: '2' });
    await kv.call('POST', urlOf(other, 'config'), { body: { max_versions: 2 } });
    await kv.call('POST', urlOf(other, 'metadata/own'), { body: { max_versions: 3 } });
    for (const path of ['own', 'theirs']) {
      for (let v = 1; v <= 4; v++)
        await kv.call('POST', urlOf(other, `data/${path}`), { body: { data: { v } } });
    }

    const own = (await kv.call('GET', urlOf(other, 'metadata/own'))).body.data;
    const theirs = (await kv.call('GET', urlOf(other, 'metadata/theirs'))).body.data;

    expect(Object.keys(own.versions)).toEqual(['2', '3', '4']);
    expect(Object.keys(theirs.versions)).toEqual(['3', '4']);
  });

  test('purges on the next write after it was lowered, and brings nothing back when it is raised', async () => {
    for (let v = 1; v <= 6; v++) await put('lowered', { v });
    await kv.call('POST', at('metadata/lowered'), { body: { max_versions: 2 } });
    expect(await statuses('lowered', [1])).toEqual([200]);
    await put('lowered', { v: 7 });
    await kv.call('POST', at('metadata/lowered'), { body: { max_versions: 20 } });
    await put('lowered', { v: 8 });

    const { versions, oldest_version } = await metadata('lowered');

    expect(Object.keys(versions)).toEqual(['6', '7', '8']);
    expect(oldest_version).toBe(6);
    expect(await valuesOf('lowered')).toBe(3);
  });

  /** A secret with more versions than one transaction can touch. */
  async function putMany(path: string, count: number): Promise<void> {
    await put(path);
    const place = { deps: kv.deps, mountUuid: mount.uuid, path };
    const key = { table: 'storage', pk: mount.uuid } as const;
    const item = await kv.deps.store.get({ ...key, sk: `meta/${path}` });
    if (!item) throw new Error('the secret was not written');
    const one = metadataOf(item);
    const versions = Array.from({ length: count }, () => ({
      createdAt: one.createdAt,
      state: 'live' as const,
    }));
    const many = { ...one, current: count, oldest: 1, maxVersions: count, versions };
    await kv.deps.store.commit([{ put: metadataItem(place, many, 'many') }]);
    for (let first = 1; first <= count; first += 100) {
      const numbers = Array.from({ length: Math.min(100, count - first + 1) }, (_, i) => first + i);
      await kv.deps.store.commit(
        numbers.map((v) => ({
          put: { table: 'storage', pk: mount.uuid, sk: `version/${path}#${v}`, value: JSON.stringify({ v }) },
        })),
      );
    }
  }

  test('purges as many versions as fit into one transaction with the write', async () => {
    await putMany('edge', MAX_REMOVED_VERSIONS);
    await kv.call('POST', at('metadata/edge'), { body: { max_versions: 1 } });

    expect((await put('edge')).status).toBe(200);
    expect(await valuesOf('edge')).toBe(1);
  });

  test('purges more versions than fit into one transaction', async () => {
    await putMany('many', 300);
    await kv.call('POST', at('metadata/many'), { body: { max_versions: 2 } });

    const written = await put('many', { v: 301 });

    expect(written.body.data.version).toBe(301);
    expect(Object.keys((await metadata('many')).versions)).toEqual(['300', '301']);
    expect(await valuesOf('many')).toBe(2);
    expect((await kv.call('GET', at('data/many'), { query: { version: ['300'] } })).body.data.data).toEqual({
      v: 300,
    });
  });

  test('allows to destroy and remove more versions than fit into one transaction', async () => {
    await putMany('crowd', 250);

    const destroyed = await act(
      'destroy',
      'crowd',
      Array.from({ length: 200 }, (_, i) => i + 1),
    );

    expect(destroyed.status).toBe(204);
    expect(await valuesOf('crowd')).toBe(50);
    expect(await statuses('crowd', [200, 201])).toEqual([404, 200]);
    expect((await kv.call('DELETE', at('metadata/crowd'))).status).toBe(204);
    expect(await valuesOf('crowd')).toBe(0);
    expect(await metadata('crowd')).toBeUndefined();
  });

  test('keeps the facts of ten thousand versions', async () => {
    await put('facts');
    const place = { deps: kv.deps, mountUuid: mount.uuid, path: 'p'.repeat(900) };
    const at = kv.deps.clock.now();
    const item = (await kv.deps.store.get({ table: 'storage', pk: mount.uuid, sk: 'meta/facts' })) as never;
    const versions = Array.from({ length: 10_000 }, () => ({
      createdAt: at,
      deletionAt: at,
      state: 'deleted' as const,
    }));
    const custom = Object.fromEntries(
      Array.from({ length: 64 }, (_, i) => [`${i}`.padStart(128, '"'), '"'.repeat(512)]),
    );
    const full = { ...metadataOf(item), versions, custom, current: 10_000, oldest: 1 };

    await kv.deps.store.commit([{ put: metadataItem(place, full, 'full') }]);

    expect(Object.keys((await metadata('p'.repeat(900))).versions)).toHaveLength(10_000);
  });
});
