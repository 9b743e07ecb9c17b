import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Mount } from '../../../../functions/tree/mount.ts';
import { type KvService, startKv, urlOf } from '../kvService.ts';

let kv: KvService;
let mount: Mount;

beforeAll(async () => {
  kv = await startKv();
  mount = await kv.mount({ version: '2' });
  const data = { a: 'secret', b: { c: 1.5, d: { e: true } }, empty: {}, list: [{ x: 1 }], none: null };
  await kv.call('POST', at('data/app'), { body: { data: { old: 1 } } });
  await kv.call('POST', at('data/app'), { body: { data } });
});
afterAll(() => kv.deps.stop());

const at = (path: string): string => urlOf(mount, path);
const subkeys = (path: string, query: Record<string, string[]> = {}) =>
  kv.call('GET', at(`subkeys/${path}`), { query });

describe('subkeys of kv version 2', () => {
  test('shows the keys, nested as they are, and no value', async () => {
    const { status, body, text } = await subkeys('app');

    expect(status).toBe(200);
    expect(body.data).toEqual({
      subkeys: { a: null, b: { c: null, d: { e: null } }, empty: null, list: null, none: null },
      metadata: {
        version: 2,
        created_time: expect.any(String),
        deletion_time: '',
        destroyed: false,
        custom_metadata: null,
      },
    });
    expect(text).not.toContain('secret');
  });

  test.each([
    ['1', { a: null, b: null, empty: null, list: null, none: null }],
    ['2', { a: null, b: { c: null, d: null }, empty: null, list: null, none: null }],
    ['0', { a: null, b: { c: null, d: { e: null } }, empty: null, list: null, none: null }],
  ])('shows no more levels than a depth of %s', async (depth, keys) => {
    expect((await subkeys('app', { depth: [depth] })).body.data.subkeys).toEqual(keys);
  });

  test('treats numbers that are kept as text as values, not as objects', async () => {
    await kv.call('POST', at('data/exact'), {
      body: '{"data":{"n":{"big":12345678901234567890},"top":1.0}}',
    });

    expect((await subkeys('exact')).body.data.subkeys).toEqual({ n: { big: null }, top: null });
  });

  test('shows an older version', async () => {
    expect((await subkeys('app', { version: ['1'] })).body.data.subkeys).toEqual({ old: null });
  });

  test('answers as a read of data for a version that is absent or deleted', async () => {
    await kv.call('POST', at('delete/app'), { body: { versions: [1] } });

    const [absent, noVersion] = [await subkeys('absent'), await subkeys('app', { version: ['9'] })];
    const deleted = await subkeys('app', { version: ['1'] });

    expect([absent.status, absent.body]).toEqual([404, { errors: [] }]);
    expect([noVersion.status, noVersion.body]).toEqual([404, { errors: [] }]);
    expect(deleted.status).toBe(404);
    expect(deleted.body).not.toHaveProperty('errors');
    expect(deleted.body.data).toMatchObject({ subkeys: null, metadata: { version: 1, destroyed: false } });
  });

  test('can only be read', async () => {
    expect((await kv.call('POST', at('subkeys/app'), { body: {} })).status).toBe(405);
    expect((await kv.call('LIST', at('subkeys/app'))).status).toBe(405);
  });
});
