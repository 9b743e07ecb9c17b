import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { kv as engine } from '../../../../functions/engines/kv/kv.ts';
import type { Store, Write } from '../../../../functions/ports/store.ts';
import type { Mount } from '../../../../functions/tree/mount.ts';
import { caller } from '../../../support/call.ts';
import { rootToken } from '../../../support/tokens.ts';
import { type KvService, patchOf, startKv, urlOf } from '../kvService.ts';

let kv: KvService;
let mount: Mount;

beforeAll(async () => {
  kv = await startKv();
});
afterAll(() => kv.deps.stop());

/** An upgraded mount with secrets of version 1. */
beforeEach(async () => {
  mount = await kv.mount();
  await kv.call('POST', at('a'), { body: '{"big":12345678901234567890,"old":"a"}' });
  await kv.call('POST', at('dir/b'), { body: { old: 'b' } });
  await kv.tune(mount, { version: '2' });
});

const at = (path: string): string => urlOf(mount, path);
const read = (path: string, version = 0) =>
  kv.call('GET', at(`data/${path}`), { query: { version: [`${version}`] } });
const put = (path: string, data: unknown, options: object = {}) =>
  kv.call('POST', at(`data/${path}`), { body: { data, options } });
const metadata = async (path: string) => (await kv.call('GET', at(`metadata/${path}`))).body.data;

describe('a mount upgraded from version 1 to 2', () => {
  test('reads what version 1 wrote as the first version, at once and without writing', async () => {
    const before = await kv.keysOf(mount);

    const value = await read('a');
    const facts = await metadata('a');

    expect(value.status).toBe(200);
    expect(value.text).toContain('"data":{"big":12345678901234567890,"old":"a"}');
    expect(value.body.data.metadata).toMatchObject({ version: 1, deletion_time: '', destroyed: false });
    expect(facts).toMatchObject({ current_version: 1, oldest_version: 0, max_versions: 0 });
    expect(facts.created_time).toBe(value.body.data.metadata.created_time);
    expect((await kv.call('GET', at('subkeys/a'))).body.data.subkeys).toEqual({ big: null, old: null });
    expect((await read('a', 2)).status).toBe(404);
    expect(await kv.keysOf(mount)).toEqual(before);
  });

  test('keeps the first version beside the second, and nothing at its old key', async () => {
    const written = await put('a', { new: true });

    expect(written.body.data.version).toBe(2);
    expect((await read('a')).body.data.data).toEqual({ new: true });
    expect((await read('a', 1)).text).toContain('"data":{"big":12345678901234567890,"old":"a"}');
    expect(await kv.keysOf(mount)).toEqual(['data/dir/b', 'meta/a', 'version/a#1', 'version/a#2']);
  });

  test.each<[string, () => Promise<{ status: number }>, number, number]>([
    ['a patch', () => patchOf(kv.call, at('data/a'), { data: { new: 1 } }), 200, 2],
    ['settings', () => kv.call('POST', at('metadata/a'), { body: { max_versions: 3 } }), 204, 1],
    ['a patch of settings', () => patchOf(kv.call, at('metadata/a'), { max_versions: 3 }), 204, 1],
    ['a deletion', () => kv.call('DELETE', at('data/a')), 204, 1],
    ['a deletion by number', () => kv.call('POST', at('delete/a'), { body: { versions: [1] } }), 204, 1],
    ['an undeletion', () => kv.call('POST', at('undelete/a'), { body: { versions: [1] } }), 204, 1],
  ])('handles %s as for any secret', async (_name, act, status, current) => {
    expect((await act()).status).toBe(status);
    await kv.call('POST', at('undelete/a'), { body: { versions: [1] } });

    expect((await metadata('a')).current_version).toBe(current);
    expect((await read('a', 1)).text).toContain('"data":{"big":12345678901234567890,"old":"a"}');
    expect(await kv.keysOf(mount)).not.toContain('data/a');
  });

  test('counts the first version in check-and-set and for `create`', async () => {
    const creator = await kv.tokenWith(`path "${mount.path}data/*" { capabilities = ["create"] }`);
    const body = { data: {} };

    expect((await put('a', {}, { cas: 0 })).status).toBe(400);
    expect((await kv.call('POST', at('data/a'), { token: creator, body })).status).toBe(403);
    expect((await put('a', {}, { cas: 1 })).status).toBe(200);
  });

  test('destroys, purges and removes what version 1 wrote, values included', async () => {
    await kv.call('POST', at('destroy/a'), { body: { versions: [1] } });
    await kv.call('POST', at('config'), { body: { max_versions: 1 } });
    await put('dir/b', { new: 1 });

    expect((await read('a')).body.data.metadata.destroyed).toBe(true);
    expect(await kv.keysOf(mount)).toEqual(['config', 'meta/a', 'meta/dir/b', 'version/dir/b#2']);

    await kv.call('DELETE', at('metadata/a'));
    expect((await read('a')).status).toBe(404);
    expect((await put('a', {})).body.data.version).toBe(1);
  });

  test('removes a secret that was not written since the upgrade', async () => {
    expect((await kv.call('DELETE', at('metadata/a'))).status).toBe(204);

    expect((await read('a')).status).toBe(404);
    expect(await kv.keysOf(mount)).toEqual(['data/dir/b']);
  });

  test('removes what a late write of version 1 stored after the secret was upgraded', async () => {
    await put('a', {});
    await kv.tune(mount, {});
    await kv.call('POST', at('a'), { body: { late: true } });
    await kv.tune(mount, { version: '2' });

    await kv.call('DELETE', at('metadata/a'));

    expect((await read('a')).status).toBe(404);
    expect(await kv.keysOf(mount)).toEqual(['data/dir/b']);
  });

  test('lists secrets of both versions together, in order and once', async () => {
    for (const path of ['Z', 'dir/c', 'b', 'dir2/x']) await put(path, {});
    const list = (path: string, query = {}) => kv.call('LIST', at(path), { query });
    const all = ['Z', 'a', 'b', 'dir/', 'dir2/'];

    expect((await list('metadata')).body.data.keys).toEqual(all);
    await put('a', {});
    expect((await list('metadata')).body.data.keys).toEqual(all);
    expect((await list('metadata/dir')).body.data.keys).toEqual(['b', 'c']);
    expect((await list('metadata', { after: ['a'], limit: ['2'] })).body.data.keys).toEqual(['b', 'dir/']);
    expect((await list('metadata', { limit: ['1'] })).body.data.keys).toEqual(['Z']);
    const { keys, key_info } = (await list('detailed-metadata/dir')).body.data;
    expect(keys).toEqual(['b', 'c']);
    expect(key_info).toMatchObject({ b: { current_version: 1 }, c: { current_version: 1 } });
  });

  test('upgrades a secret once, however many requests write to it at the same time', async () => {
    await kv.call('POST', at('metadata/a'), { body: { max_versions: 30 } });
    const ten = Array.from({ length: 10 }, (_, i) => i);

    const answers = await Promise.all(ten.map((i) => put('a', { i })));
    const others = await Promise.all(ten.map((i) => put('dir/b', { i })));

    for (const all of [answers, others]) {
      const numbers = all.map(({ body }) => body.data.version as number).toSorted((x, y) => x - y);
      expect(numbers).toEqual(ten.map((i) => i + 2));
    }
    expect((await read('a', 1)).body.data.data.old).toBe('a');
  });

  test('keeps a write of version 1 that was still in flight', async () => {
    let late: Promise<unknown> | undefined;
    const store: Store = {
      ...kv.deps.store,
      async commit(writes: Write[]) {
        late ??= (async () => {
          await kv.tune(mount, {});
          await kv.call('POST', at('a'), { body: { late: true } });
          await kv.tune(mount, { version: '2' });
        })();
        await late;
        return kv.deps.store.commit(writes);
      },
    };
    const api = { builtin: [], engines: { kv: engine } };
    const call = caller({ ...kv.deps, store }, api, await rootToken(kv.deps));

    const written = await call('POST', at('data/a'), { body: { data: { new: true } } });

    expect(written.body.data.version).toBe(2);
    expect((await read('a', 1)).body.data.data).toEqual({ late: true });
  });

  test('finds a secret that is upgraded between two reads', async () => {
    let reads = 0;
    const store: Store = {
      ...kv.deps.store,
      async get(ref) {
        if (ref.sk === 'data/a' && reads++ === 0) await put('a', { new: true });
        return kv.deps.store.get(ref);
      },
    };
    const api = { builtin: [], engines: { kv: engine } };
    const call = caller({ ...kv.deps, store }, api, await rootToken(kv.deps));

    expect((await call('GET', at('data/a'))).body.data.data).toEqual({ new: true });
  });
});
