import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Mount } from '../../../functions/tree/mount.ts';
import { type KvService, patchOf, startKv, urlOf } from './kvService.ts';

let kv: KvService;
let mount: Mount;

beforeAll(async () => {
  kv = await startKv();
  mount = await kv.mount();
});
afterAll(() => kv.deps.stop());

const at = (path: string): string => urlOf(mount, path);

describe('kv version 1', () => {
  test('answers what was written, in the envelope, with the default lease duration', async () => {
    const written = await kv.call('POST', at('app/db'), { body: { user: 'u', nested: { list: [1, null] } } });
    const read = await kv.call('GET', at('app/db'));

    expect(written.status).toBe(204);
    expect(written.text).toBe('');
    expect(read.status).toBe(200);
    expect(read.body).toEqual({
      request_id: expect.any(String),
      lease_id: '',
      renewable: false,
      lease_duration: 2_764_800,
      data: { user: 'u', nested: { list: [1, null] } },
      wrap_info: null,
      warnings: null,
      auth: null,
    });
  });

  test('returns numbers exactly as they were written', async () => {
    const body = '{"a":12345678901234567890,"b":1.0,"c":1e400,"d":-0,"e":[0.10,{"f":1E2}],"g":3}';

    await kv.call('PUT', at('numbers'), { body });
    const read = await kv.call('GET', at('numbers'));

    expect(read.text).toContain(`"data":${body}`);
  });

  test('stores names that are special in JavaScript', async () => {
    const body = '{"__proto__":{"a":1},"constructor":"c","":"empty","path":"p"}';

    await kv.call('POST', at('names'), { body });
    const read = await kv.call('GET', at('names'));

    expect(read.text).toContain(`"data":${body}`);
  });

  test('replaces the whole object', async () => {
    await kv.call('POST', at('replaced'), { body: { a: 1, b: 2 } });
    await kv.call('PUT', at('replaced'), { body: { b: 3 } });

    expect((await kv.call('GET', at('replaced'))).body.data).toEqual({ b: 3 });
  });

  test.each([
    ['an empty object', {}],
    ['no body', undefined],
  ])('refuses a write of %s', async (_name, body) => {
    const refused = await kv.call('POST', at('empty'), { body });

    expect(refused.status).toBe(400);
    expect(refused.body).toEqual({ errors: ['missing data fields'] });
    expect((await kv.call('GET', at('empty'))).status).toBe(404);
  });

  test('refuses a write to the root of the mount', async () => {
    const refused = await kv.call('POST', mount.path.slice(0, -1), { body: { a: 1 } });

    expect(refused.status).toBe(400);
    expect(refused.body).toEqual({ errors: ['missing path'] });
  });

  test('answers 404 without an error text for an absent secret, and 204 to its deletion', async () => {
    const absent = await kv.call('GET', at('absent'));

    expect(absent.status).toBe(404);
    expect(absent.body).toEqual({ errors: [] });
    expect((await kv.call('DELETE', at('absent'))).status).toBe(204);
  });

  test('answers 404 after a deletion', async () => {
    await kv.call('POST', at('deleted'), { body: { a: 1 } });

    expect((await kv.call('DELETE', at('deleted'))).status).toBe(204);
    expect((await kv.call('GET', at('deleted'))).status).toBe(404);
  });

  test('has no PATCH', async () => {
    const refused = await patchOf(kv.call, at('app/db'), { a: 1 });

    expect(refused.status).toBe(405);
    expect(refused.body).toEqual({ errors: ['1 error occurred:\n\t* unsupported operation\n\n'] });
  });

  test.each([
    ['seconds', 90, 90],
    ['text of seconds', '3600', 3_600],
    ['a duration', '1h30m', 5_400],
    ['nothing parsable', 'soon', 2_764_800],
    ['an object', { a: 1 }, 2_764_800],
    ['a number that is not whole', 1.5, 2_764_800],
  ])('takes the lease duration from a `ttl` of %s', async (_name, ttl, seconds) => {
    await kv.call('POST', at('ttl'), { body: { ttl } });

    expect((await kv.call('GET', at('ttl'))).body.lease_duration).toBe(seconds);
  });

  test('takes the lease duration from `lease` when there is no `ttl`', async () => {
    await kv.call('POST', at('lease'), { body: { lease: '5m' } });
    await kv.call('POST', at('both'), { body: { lease: '5m', ttl: '1m' } });

    expect((await kv.call('GET', at('lease'))).body.lease_duration).toBe(300);
    expect((await kv.call('GET', at('both'))).body.lease_duration).toBe(60);
  });

  test('uses the default lease duration of its mount otherwise', async () => {
    const tuned = await kv.mount({ version: '1' }, { defaultLeaseTtl: 120 });
    await kv.call('POST', urlOf(tuned, 'a'), { body: { b: 1 } });

    expect((await kv.call('GET', urlOf(tuned, 'a'))).body.lease_duration).toBe(120);
  });

  test('lists one level, sorted, with a slash after sub-directories', async () => {
    const listed = await kv.mount();
    for (const path of ['b', 'a/x', 'a/y/z', 'a', 'a-b', 'c/d']) {
      await kv.call('POST', urlOf(listed, path), { body: { v: 1 } });
    }

    const root = await kv.call('LIST', listed.path);
    const inner = await kv.call('GET', urlOf(listed, 'a'), { query: { list: ['true'] } });
    const none = await kv.call('LIST', urlOf(listed, 'b'));

    expect(root.status).toBe(200);
    expect(root.body.data).toEqual({ keys: ['a', 'a-b', 'a/', 'b', 'c/'] });
    expect(inner.body.data).toEqual({ keys: ['x', 'y/'] });
    expect(none.status).toBe(404);
    expect(none.body).toEqual({ errors: [] });
  });

  test('does not mix up secrets whose names look like parts of storage keys', async () => {
    const names = [
      '#',
      'a#1',
      'a#1#2',
      'data/a',
      'meta/a',
      'config',
      'ü',
      'a b',
      '%2F',
      '?',
      'a\\b',
      '🔑',
      '\uffee',
    ];
    const weird = await kv.mount();
    for (const name of names) await kv.call('POST', urlOf(weird, name), { body: { name } });

    for (const name of names) {
      expect((await kv.call('GET', urlOf(weird, name))).body.data).toEqual({ name });
    }
    const { keys } = (await kv.call('LIST', weird.path)).body.data;
    const entries = names.map((name) => name.replace(/\/.*/, '/'));
    expect(keys).toEqual(entries.sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))));
  });

  test('needs `create` for a new secret, and `update` for an existing one', async () => {
    const creator = await kv.tokenWith(`path "${mount.path}*" { capabilities = ["create", "read"] }`);
    const updater = await kv.tokenWith(`path "${mount.path}*" { capabilities = ["update"] }`);

    expect((await kv.call('POST', at('acl'), { token: updater, body: { a: 1 } })).status).toBe(403);
    expect((await kv.call('POST', at('acl'), { token: creator, body: { a: 1 } })).status).toBe(204);
    expect((await kv.call('POST', at('acl'), { token: creator, body: { a: 2 } })).status).toBe(403);
    expect((await kv.call('POST', at('acl'), { token: updater, body: { a: 3 } })).status).toBe(204);
    expect((await kv.call('GET', at('acl'), { token: creator })).body.data).toEqual({ a: 3 });
  });

  test('writes nothing when the path or the value is too long', async () => {
    const long = await kv.mount();
    const tooLong = 'p'.repeat(901);
    const tooLarge = { a: 'v'.repeat(380_000) };

    const path = await kv.call('POST', urlOf(long, tooLong), { body: { a: 1 } });
    const value = await kv.call('POST', urlOf(long, 'a'), { body: tooLarge });

    expect(path.status).toBe(400);
    expect(path.body.errors).toEqual(['the path of a secret is at most 900 bytes long']);
    expect(value.status).toBe(413);
    expect(value.body.errors).toEqual(['a secret is at most 380000 bytes large']);
    expect(await kv.keysOf(long)).toEqual([]);
  });

  test('accepts the longest path together with the largest value', async () => {
    const path = '\u{1f511}'.repeat(225);
    const body = `{"a":"${'v'.repeat(380_000 - 8)}"}`;

    expect((await kv.call('POST', at(path), { body })).status).toBe(204);
    expect((await kv.call('GET', at(path))).text).toContain(body);
  });
});
