import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Mount } from '../../../../functions/tree/mount.ts';
import { type KvService, patchOf, startKv, urlOf } from '../kvService.ts';

let kv: KvService;
let mount: Mount;

beforeAll(async () => {
  kv = await startKv();
  mount = await kv.mount({ version: '2' });
});
afterAll(() => kv.deps.stop());

const at = (path: string): string => urlOf(mount, path);
const put = (path: string, data: unknown, options?: unknown) =>
  kv.call('POST', at(`data/${path}`), { body: { data, ...(options ? { options } : {}) } });
const get = (path: string, version?: number) =>
  kv.call('GET', at(`data/${path}`), { query: version === undefined ? {} : { version: [String(version)] } });

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z$/);

function version(number: number, facts: object = {}) {
  return {
    version: number,
    created_time: TIME,
    deletion_time: '',
    destroyed: false,
    custom_metadata: null,
    ...facts,
  };
}

describe('data of kv version 2', () => {
  test('answers a write with the facts of the new version', async () => {
    const written = await put('first', { a: 1 });

    expect(written.status).toBe(200);
    expect(written.body).toEqual({
      request_id: expect.any(String),
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: version(1),
      wrap_info: null,
      warnings: null,
      auth: null,
    });
  });

  test('reads the newest version, and any kept version by its number', async () => {
    await put('history', { v: 1 });
    await put('history', { v: 2 });

    expect((await get('history')).body.data).toEqual({ data: { v: 2 }, metadata: version(2) });
    expect((await get('history', 0)).body.data.data).toEqual({ v: 2 });
    expect((await get('history', 1)).body.data).toEqual({ data: { v: 1 }, metadata: version(1) });
  });

  test.each([
    ['was never written', 'never', undefined],
    ['has no such version', 'history', 3],
  ])('answers 404 without an error text for what %s', async (_name, path, number) => {
    const absent = await get(path, number);

    expect(absent.status).toBe(404);
    expect(absent.body).toEqual({ errors: [] });
  });

  test('returns numbers exactly as they were written, and names that are special in JavaScript', async () => {
    const data = '{"a":12345678901234567890,"b":1.0,"c":1e400,"__proto__":{"d":[-0]}}';

    await kv.call('POST', at('data/exact'), { body: `{"data":${data}}` });

    expect((await get('exact')).text).toContain(`"data":{"data":${data},`);
  });

  test('accepts an empty object as a value', async () => {
    expect((await put('empty', {})).status).toBe(200);
    expect((await get('empty')).body.data.data).toEqual({});
  });

  test.each([
    ['nothing', undefined],
    ['no data', { options: { cas: 0 } }],
    ['null', { data: null }],
  ])('refuses a write of %s', async (_name, body) => {
    const refused = await kv.call('PUT', at('data/refused'), { body });

    expect(refused.status).toBe(400);
    expect(refused.body).toEqual({ errors: ['no data provided'] });
  });

  test.each([
    ['text', '"text"'],
    ['a list', '[1]'],
    ['a number', '1.0'],
  ])('refuses data that is %s, without quoting it', async (_name, data) => {
    const refused = await kv.call('PUT', at('data/refused'), { body: `{"data":${data}}` });

    expect(refused.status).toBe(400);
    expect(refused.body.errors[0]).toMatch(
      /^error converting input for field "data": '.*' expected type 'map\[string\]interface {}'/,
    );
  });

  test('warns of fields it does not know', async () => {
    const written = await kv.call('POST', at('data/unknown'), { body: { data: {}, foo: 1, bar: 2 } });

    expect(written.body.warnings).toEqual(['Endpoint ignored these unrecognized parameters: [bar foo]']);
  });

  test('writes nothing when the path or the value is too long', async () => {
    const fresh = await kv.mount({ version: '2' });

    const path = await kv.call('POST', urlOf(fresh, `data/${'p'.repeat(901)}`), { body: { data: {} } });
    const value = await kv.call('POST', urlOf(fresh, 'data/a'), {
      body: { data: { a: 'v'.repeat(380_000) } },
    });

    expect(path.status).toBe(400);
    expect(path.body.errors).toEqual(['the path of a secret is at most 900 bytes long']);
    expect(value.status).toBe(413);
    expect(value.body.errors).toEqual(['a secret is at most 380000 bytes large']);
    expect(await kv.keysOf(fresh)).toEqual([]);
  });

  test('needs `create` until the secret has metadata, then `update`', async () => {
    const creator = await kv.tokenWith(`path "${mount.path}data/*" { capabilities = ["create"] }`);
    const updater = await kv.tokenWith(`path "${mount.path}data/*" { capabilities = ["update"] }`);
    const write = (token: string) => kv.call('POST', at('data/acl'), { token, body: { data: {} } });

    expect((await write(updater)).status).toBe(403);
    expect((await write(creator)).status).toBe(200);
    expect((await write(creator)).status).toBe(403);
    expect((await write(updater)).status).toBe(200);
    await kv.call('DELETE', at('data/acl'));
    expect((await write(creator)).status).toBe(403);
    await kv.call('DELETE', at('metadata/acl'));
    expect((await write(creator)).status).toBe(200);
  });

  test('has no LIST', async () => {
    expect((await kv.call('LIST', at('data/history'))).status).toBe(405);
  });
});

describe('check-and-set of kv version 2', () => {
  test('allows a write that has the current version', async () => {
    expect((await put('cas', { v: 1 }, { cas: 0 })).status).toBe(200);
    expect((await put('cas', { v: 2 }, { cas: 1 })).status).toBe(200);
    expect((await put('cas', { v: 3 }, { cas: '2' })).body.data.version).toBe(3);
  });

  test.each([0, 2, 4, -1, '1', true, null])(
    'refuses a write that takes %j for the current version',
    async (cas) => {
      const refused = await put('cas', { v: 4 }, { cas });

      expect(refused.status).toBe(400);
      expect(refused.body).toEqual({ errors: ['check-and-set parameter did not match the current version'] });
      expect((await get('cas')).body.data.data).toEqual({ v: 3 });
    },
  );

  test.each(['"x"', '{}', '[3]', '1.5', '3.0', '12345678901234567890'])(
    'refuses %s as no number',
    async (cas) => {
      const refused = await kv.call('POST', at('data/cas'), { body: `{"data":{},"options":{"cas":${cas}}}` });

      expect(refused.status).toBe(400);
      expect(refused.body).toEqual({ errors: ['error parsing check-and-set parameter'] });
    },
  );

  test('is required if the secret requires it', async () => {
    await put('own', { v: 1 });
    await kv.call('POST', at('metadata/own'), { body: { cas_required: true } });

    const refused = await put('own', { v: 2 });

    expect(refused.status).toBe(400);
    expect(refused.body).toEqual({ errors: ['check-and-set parameter required for this call'] });
    expect((await put('own', { v: 2 }, { cas: 1 })).status).toBe(200);
  });

  test('counts soft-deleted versions', async () => {
    await put('gone', { v: 1 });
    await kv.call('DELETE', at('data/gone'));

    expect((await put('gone', { v: 2 }, { cas: 0 })).status).toBe(400);
    expect((await put('gone', { v: 2 }, { cas: 1 })).body.data.version).toBe(2);
  });
});

describe('deletion of the newest version', () => {
  test('leaves 404 with the facts of the version, and no `errors`', async () => {
    await put('deleted', { v: 1 });

    const deleted = await kv.call('DELETE', at('data/deleted'));
    const read = await get('deleted');

    expect(deleted.status).toBe(204);
    expect(read.status).toBe(404);
    expect(read.body).toEqual({
      request_id: expect.any(String),
      lease_id: '',
      renewable: false,
      lease_duration: 0,
      data: { data: null, metadata: version(1, { deletion_time: TIME }) },
      wrap_info: null,
      warnings: null,
      auth: null,
    });
  });

  test('keeps its time when it is repeated', async () => {
    const before = (await get('deleted')).body.data.metadata.deletion_time;
    kv.deps.clock.pass(5_000);

    await kv.call('DELETE', at('data/deleted'));

    expect((await get('deleted')).body.data.metadata.deletion_time).toBe(before);
  });

  test('keeps older versions, and answers 204 for an absent secret', async () => {
    await put('older', { v: 1 });
    await put('older', { v: 2 });
    await kv.call('DELETE', at('data/older'));

    expect((await get('older')).status).toBe(404);
    expect((await get('older', 1)).status).toBe(200);
    expect((await kv.call('DELETE', at('data/absent'))).status).toBe(204);
    expect((await get('absent')).body).toEqual({ errors: [] });
  });
});

describe('PATCH of data', () => {
  const patch = (path: string, body: unknown) => patchOf(kv.call, at(`data/${path}`), body);

  test('merges into the newest version and adds a new one', async () => {
    await put('patched', { keep: 1, change: { a: 1, b: 2 }, drop: 'x', list: [1] });

    const patched = await patch('patched', {
      data: { change: { b: null, c: 3 }, drop: null, list: [null], fresh: { d: null } },
    });

    expect(patched.status).toBe(200);
    expect(patched.body.data).toEqual(version(2));
    expect((await get('patched')).body.data.data).toEqual({
      keep: 1,
      change: { a: 1, c: 3 },
      list: [null],
      fresh: {},
    });
    expect((await get('patched', 1)).body.data.data.drop).toBe('x');
  });

  test('keeps numbers exact on both sides', async () => {
    await kv.call('POST', at('data/exact-patch'), { body: '{"data":{"a":12345678901234567890}}' });

    await patch('exact-patch', '{"data":{"b":1.0}}');

    expect((await get('exact-patch')).text).toContain('"data":{"a":12345678901234567890,"b":1.0}');
  });

  test('answers 404 with an empty body for an absent secret, and for one with metadata only', async () => {
    await kv.call('POST', at('metadata/bare'), { body: { max_versions: 3 } });

    for (const path of ['absent', 'bare']) {
      const answer = await patch(path, { data: { a: 1 } });
      expect(answer.status).toBe(404);
      expect(answer.text).toBe('');
    }
  });

  test('answers 404 with the facts of a version that is deleted or destroyed', async () => {
    await put('unpatchable', { a: 1 });
    await kv.call('DELETE', at('data/unpatchable'));
    const deleted = await patch('unpatchable', { data: { a: 2 } });
    await kv.call('POST', at('destroy/unpatchable'), { body: { versions: [1] } });
    const destroyed = await patch('unpatchable', { data: { a: 2 } });

    expect(deleted.status).toBe(404);
    expect(deleted.body.data).toEqual(version(1, { deletion_time: TIME }));
    expect(deleted.body).not.toHaveProperty('errors');
    expect(destroyed.status).toBe(404);
    expect(destroyed.body.data).toEqual(version(1, { deletion_time: TIME, destroyed: true }));
  });

  test.each([
    ['no data', {}, 'no data provided'],
    [
      'another version',
      { data: {}, options: { cas: 9 } },
      'check-and-set parameter did not match the current version',
    ],
    ['no number', { data: {}, options: { cas: 'x' } }, 'error parsing check-and-set parameter'],
  ])('refuses a patch with %s', async (_name, body, text) => {
    const refused = await patch('patched', body);

    expect(refused.status).toBe(400);
    expect(refused.body).toEqual({ errors: [text] });
  });

  test('refuses to grow a value beyond what an item holds', async () => {
    await put('growing', { a: 'v'.repeat(200_000) });

    const refused = await patch('growing', { data: { b: 'v'.repeat(200_000) } });

    expect(refused.status).toBe(413);
    expect((await get('growing')).body.data.metadata.version).toBe(1);
  });

  test('needs the content type of a merge patch', async () => {
    const other = await kv.call('PATCH', at('data/patched'), {
      headers: { 'content-type': 'application/json' },
      body: { data: {} },
    });

    expect(other.status).toBe(415);
  });

  test('needs the `patch` capability', async () => {
    const updater = await kv.tokenWith(`path "${mount.path}data/*" { capabilities = ["update"] }`);
    const patcher = await kv.tokenWith(`path "${mount.path}data/*" { capabilities = ["patch"] }`);
    const body = { data: { a: 1 } };

    expect((await patchOf(kv.call, at('data/patched'), body, { token: updater })).status).toBe(403);
    expect((await patchOf(kv.call, at('data/patched'), body, { token: patcher })).status).toBe(200);
  });
});
