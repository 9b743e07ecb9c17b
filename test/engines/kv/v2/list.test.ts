import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listEntries } from '../../../../functions/engines/kv/list.ts';
import type { Store } from '../../../../functions/ports/store.ts';
import type { Mount } from '../../../../functions/tree/mount.ts';
import { type KvService, startKv, urlOf } from '../kvService.ts';

let kv: KvService;
let mount: Mount;

const PATHS = ['a', 'a-b', 'a/x', 'a/y/z', 'b', 'c/1', 'c/2', 'd'];

beforeAll(async () => {
  kv = await startKv();
  mount = await kv.mount({ version: '2' });
  for (const path of PATHS) await kv.call('POST', at(`data/${path}`), { body: { data: { path } } });
});
afterAll(() => kv.deps.stop());

const at = (path: string): string => urlOf(mount, path);
const list = (path: string, query: Record<string, string[]> = {}) => kv.call('LIST', at(path), { query });
const keys = async (path: string, query: Record<string, string[]> = {}) =>
  (await list(path, query)).body.data?.keys;

describe('LIST of metadata', () => {
  test('shows one level, sorted, with a slash after sub-directories', async () => {
    expect(await keys('metadata')).toEqual(['a', 'a-b', 'a/', 'b', 'c/', 'd']);
    expect(await keys('metadata/')).toEqual(['a', 'a-b', 'a/', 'b', 'c/', 'd']);
    expect(await keys('metadata/a')).toEqual(['x', 'y/']);
    expect(await keys('metadata/a/y/')).toEqual(['z']);
  });

  test('answers GET with `list`', async () => {
    const listed = await kv.call('GET', at('metadata/c'), { query: { list: ['true'] } });

    expect(listed.body.data).toEqual({ keys: ['1', '2'] });
  });

  test.each(['metadata/b', 'metadata/nothing', 'metadata/a/y/z'])(
    'answers 404 without a word for %s',
    async (path) => {
      const none = await list(path);

      expect(none.status).toBe(404);
      expect(none.body).toEqual({ errors: [] });
    },
  );

  test('includes deleted secrets, but not removed ones', async () => {
    await kv.call('POST', at('data/gone/soft'), { body: { data: {} } });
    await kv.call('POST', at('data/gone/hard'), { body: { data: {} } });
    await kv.call('DELETE', at('data/gone/soft'));
    await kv.call('DELETE', at('metadata/gone/hard'));

    expect(await keys('metadata/gone')).toEqual(['soft']);
    await kv.call('DELETE', at('metadata/gone/soft'));
  });

  test.each([
    [{ limit: ['2'] }, ['a', 'a-b']],
    [{ limit: ['0'] }, ['a', 'a-b', 'a/', 'b', 'c/', 'd']],
    [{ limit: ['-1'] }, ['a', 'a-b', 'a/', 'b', 'c/', 'd']],
    [{ after: ['a-b'] }, ['a/', 'b', 'c/', 'd']],
    [{ after: ['a'], limit: ['2'] }, ['a-b', 'a/']],
    [{ after: ['a/'], limit: ['2'] }, ['b', 'c/']],
    [{ after: ['a/x'] }, ['b', 'c/', 'd']],
    [{ after: ['bb'] }, ['c/', 'd']],
    [{ after: ['c'] }, ['c/', 'd']],
    [{ after: [''] }, ['a', 'a-b', 'a/', 'b', 'c/', 'd']],
    [{ after: ['d'] }, undefined],
    [{ after: ['\u{10ffff}'] }, undefined],
  ])('pages by %j', async (query, expected) => {
    expect(await keys('metadata', query)).toEqual(expected);
  });

  test('refuses to begin after a name that is too long for a secret', async () => {
    const refused = await list('metadata', { after: ['a'.repeat(901)] });

    expect(refused.status).toBe(400);
    expect(refused.body.errors).toEqual(['the path of a secret is at most 900 bytes long']);
  });

  test('needs the `list` capability', async () => {
    const reader = await kv.tokenWith(`path "${mount.path}metadata/*" { capabilities = ["read"] }`);
    const lister = await kv.tokenWith(`path "${mount.path}metadata/*" { capabilities = ["list"] }`);

    expect((await kv.call('LIST', at('metadata'), { token: reader })).status).toBe(403);
    expect((await kv.call('LIST', at('metadata'), { token: lister })).status).toBe(200);
  });
});

describe('LIST of detailed metadata', () => {
  test('shows the metadata of each secret beside its name', async () => {
    const { status, body } = await list('detailed-metadata');
    const { data: one } = (await kv.call('GET', at('metadata/a-b'))).body;

    expect(status).toBe(200);
    expect(body.data.keys).toEqual(['a', 'a-b', 'a/', 'b', 'c/', 'd']);
    expect(Object.keys(body.data.key_info)).toEqual(['a', 'a-b', 'a/', 'b', 'c/', 'd']);
    expect(body.data.key_info['a/']).toEqual({});
    expect(body.data.key_info['a-b']).toEqual(one);
  });

  test('pages, lists directories, and is 404 if there is nothing', async () => {
    expect((await list('detailed-metadata', { after: ['b'], limit: ['1'] })).body.data).toEqual({
      keys: ['c/'],
      key_info: { 'c/': {} },
    });
    expect(Object.keys((await list('detailed-metadata/c')).body.data.key_info)).toEqual(['1', '2']);
    expect((await list('detailed-metadata/nothing')).body).toEqual({ errors: [] });
    expect((await kv.call('GET', at('detailed-metadata/a'))).status).toBe(405);
  });
});

describe('large directories', () => {
  test('are skipped in a few reads, however much is in them', async () => {
    const large = await kv.mount({ version: '2' });
    const items = [
      ...Array.from({ length: 2_500 }, (_, i) => `deep/${`${i}`.padStart(5, '0')}/x`),
      ...Array.from({ length: 1_200 }, (_, i) => `flat-${`${i}`.padStart(5, '0')}`),
    ];
    for (let i = 0; i < items.length; i += 100) {
      await kv.deps.store.commit(
        items
          .slice(i, i + 100)
          .map((path) => ({ put: { table: 'storage', pk: large.uuid, sk: `meta/${path}` } })),
      );
    }
    let reads = 0;
    const counting: Store = {
      ...kv.deps.store,
      query(range) {
        reads++;
        return kv.deps.store.query(range);
      },
    };

    const entries = await listEntries(counting, { pk: large.uuid, prefix: 'meta/' });

    expect(entries).toHaveLength(1_201);
    expect(entries.slice(0, 2)).toEqual(['deep/', 'flat-00000']);
    expect(new Set(entries).size).toBe(1_201);
    expect(reads).toBe(3);
    expect(await listEntries(kv.deps.store, { pk: large.uuid, prefix: 'meta/deep/' })).toHaveLength(2_500);
  });
});
