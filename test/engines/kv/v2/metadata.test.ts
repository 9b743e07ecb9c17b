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
const put = (path: string, data: unknown = {}) => kv.call('POST', at(`data/${path}`), { body: { data } });
const set = (path: string, body: unknown) => kv.call('POST', at(`metadata/${path}`), { body });
const patch = (path: string, body: unknown) => patchOf(kv.call, at(`metadata/${path}`), body);
const read = (path: string) => kv.call('GET', at(`metadata/${path}`));

const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?Z$/);

describe('metadata of kv version 2', () => {
  test('shows everything about a secret except its values', async () => {
    await put('app/db', { secret: 'hidden' });
    await put('app/db', { secret: 'hidden' });
    await kv.call('DELETE', at('data/app/db'));

    const { status, body, text } = await read('app/db');

    expect(status).toBe(200);
    expect(body.data).toEqual({
      versions: {
        1: { created_time: TIME, deletion_time: '', destroyed: false },
        2: { created_time: TIME, deletion_time: TIME, destroyed: false },
      },
      current_version: 2,
      oldest_version: 0,
      created_time: body.data.versions[1].created_time,
      updated_time: body.data.versions[2].created_time,
      max_versions: 0,
      cas_required: false,
      delete_version_after: '0s',
      custom_metadata: null,
      current_metadata_version: 0,
      metadata_cas_required: false,
    });
    expect(text).not.toContain('hidden');
  });

  test('answers 404 without an error text for an absent secret', async () => {
    const absent = await read('absent');

    expect(absent.status).toBe(404);
    expect(absent.body).toEqual({ errors: [] });
  });

  test('sets what was sent and keeps the rest', async () => {
    await put('settings');

    const first = await set('settings', { max_versions: 5, delete_version_after: '3h25m19s' });
    await set('settings', { cas_required: true, custom_metadata: { owner: 'me', count: 3 } });

    expect(first.status).toBe(204);
    expect(first.text).toBe('');
    expect((await read('settings')).body.data).toMatchObject({
      max_versions: 5,
      cas_required: true,
      delete_version_after: '3h25m19s',
      custom_metadata: { owner: 'me', count: '3' },
      current_version: 1,
      current_metadata_version: 2,
    });
  });

  test('creates a secret without a version', async () => {
    expect((await set('bare', { max_versions: 3 })).status).toBe(204);

    expect((await read('bare')).body.data).toMatchObject({
      current_version: 0,
      versions: {},
      max_versions: 3,
    });
    expect((await kv.call('GET', at('data/bare'))).body).toEqual({ errors: [] });
    expect((await kv.call('DELETE', at('data/bare'))).status).toBe(204);
    expect((await put('bare')).body.data.version).toBe(1);
  });

  test('does nothing when no known field was sent', async () => {
    expect((await set('nothing', { foo: 1 })).status).toBe(204);
    expect((await read('nothing')).status).toBe(404);
  });

  test('shows custom metadata with every version, and `null` if there is none', async () => {
    await put('custom');
    await set('custom', { custom_metadata: { a: '1' } });
    const written = await put('custom');
    const value = await kv.call('GET', at('data/custom'));
    await set('custom', { custom_metadata: {} });

    expect(written.body.data.custom_metadata).toEqual({ a: '1' });
    expect(value.body.data.metadata.custom_metadata).toEqual({ a: '1' });
    expect((await read('custom')).body.data.custom_metadata).toBeNull();
  });

  test.each([
    [
      'too many keys',
      Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 'v'])),
      'payload must contain at most 64 keys, provided 65',
    ],
    [
      'a key that is too long',
      { ['k'.repeat(129)]: 'v' },
      `length of key "${'k'.repeat(129)}" is 129 but must be 0 < len(key) <= 128`,
    ],
    ['an empty key', { '': 'v' }, 'length of key "" is 0 but must be 0 < len(key) <= 128'],
    ['an empty value', { k: '' }, 'length of value for key "k" is 0 but must be 0 < len(value) <= 512'],
    ['null', { k: null }, 'length of value for key "k" is 0 but must be 0 < len(value) <= 512'],
    [
      'a value that is too long',
      { k: 'ü'.repeat(257) },
      'length of value for key "k" is 514 but must be 0 < len(value) <= 512',
    ],
    ['an unprintable key', { 'k\t': 'v' }, 'key "k\\t" (k\t) contains unprintable characters'],
    ['an unprintable value', { k: 'a\nb' }, 'value for key "k" contains unprintable characters'],
  ])('refuses custom metadata with %s', async (_name, custom, problem) => {
    const refused = await set('refused', { custom_metadata: custom });

    expect(refused.status).toBe(400);
    expect(refused.body.errors).toEqual([
      `1 error occurred:\n\t* custom_metadata validation failed: ${problem}\n\n`,
    ]);
    expect((await read('refused')).status).toBe(404);
  });

  test.each([
    ['an object', {}, 'map[string]interface {}'],
    ['a list', [1], '[]interface {}'],
  ])('refuses custom metadata with a value that is %s', async (_name, value, type) => {
    const text = `custom_metadata validation failed: '' expected type 'string', got unconvertible type '${type}'`;

    expect((await set('refused', { custom_metadata: { k: value } })).body.errors).toEqual([text]);
  });

  test('names everything that is wrong with custom metadata at once', async () => {
    const refused = await set('refused', { custom_metadata: { a: '', b: '' } });

    expect(refused.body.errors[0]).toMatch(
      /^2 errors occurred:\n\t\* custom_metadata validation failed: .*"a".*\n\t\* custom_metadata/,
    );
  });

  test('accepts the largest custom metadata beside the facts of many versions', async () => {
    const custom = Object.fromEntries(
      Array.from({ length: 64 }, (_, i) => [`${i}`.padStart(128, '"'), '"'.repeat(512)]),
    );

    expect((await set('large', { custom_metadata: custom })).status).toBe(204);
    expect((await read('large')).body.data.custom_metadata).toEqual(custom);
  });

  test.each([
    [{ max_versions: -1 }, 'max_versions must be between 0 and 10000'],
    [{ max_versions: 10_001 }, 'max_versions must be between 0 and 10000'],
    [
      { delete_version_after: '9223372037s' },
      'error converting input for field "delete_version_after": time: invalid duration "9223372037s"',
    ],
    [
      { delete_version_after: '-1h' },
      expect.stringMatching(/^error converting input for field "delete_version_after"/),
    ],
    [{ max_versions: 'many' }, expect.stringMatching(/^error converting input for field "max_versions"/)],
    [
      { custom_metadata: 'text' },
      expect.stringMatching(/^error converting input for field "custom_metadata"/),
    ],
  ])('refuses %j', async (body, text) => {
    const refused = await set('refused', body);

    expect(refused.status).toBe(400);
    expect(refused.body.errors).toEqual([text]);
  });

  test('removes a secret with all versions; the next version is number 1', async () => {
    await put('removed', { v: 1 });
    await put('removed', { v: 2 });

    expect((await kv.call('DELETE', at('metadata/removed'))).status).toBe(204);

    expect((await read('removed')).status).toBe(404);
    expect((await kv.call('GET', at('data/removed'), { query: { version: ['1'] } })).status).toBe(404);
    expect((await kv.keysOf(mount)).filter((key) => key.includes('removed'))).toEqual([]);
    expect((await put('removed', { v: 3 })).body.data.version).toBe(1);
    expect((await kv.call('DELETE', at('metadata/absent'))).status).toBe(204);
  });

  test('needs `create` until the secret exists, then `update`', async () => {
    const creator = await kv.tokenWith(`path "${mount.path}metadata/*" { capabilities = ["create"] }`);
    const body = { max_versions: 1 };

    expect((await kv.call('POST', at('metadata/acl'), { token: creator, body })).status).toBe(204);
    expect((await kv.call('POST', at('metadata/acl'), { token: creator, body })).status).toBe(403);
  });
});

describe('PATCH of metadata', () => {
  test('answers 404 with an empty body for an absent secret', async () => {
    const absent = await patch('absent', { max_versions: 3 });

    expect(absent.status).toBe(404);
    expect(absent.text).toBe('');
  });

  test('merges custom metadata, and removes what is null', async () => {
    await set('patched', { max_versions: 3, cas_required: true, custom_metadata: { keep: '1', drop: '2' } });

    const patched = await patch('patched', {
      max_versions: null,
      custom_metadata: { drop: null, fresh: '3' },
    });

    expect(patched.status).toBe(204);
    expect((await read('patched')).body.data).toMatchObject({
      max_versions: 0,
      cas_required: true,
      custom_metadata: { keep: '1', fresh: '3' },
      current_metadata_version: 2,
    });
    await patch('patched', { custom_metadata: null });
    expect((await read('patched')).body.data.custom_metadata).toBeNull();
  });

  test.each([
    { custom_metadata: { k: '' } },
    { custom_metadata: Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`k${i}`, 'v'])) },
  ])('refuses invalid custom metadata %#', async (body) => {
    await set('full', { custom_metadata: { one: '1' } });

    const refused = await patch('full', body);

    expect(refused.status).toBe(400);
    expect(refused.body.errors[0]).toContain('custom_metadata validation failed: ');
    expect((await read('full')).body.data.custom_metadata).toEqual({ one: '1' });
  });

  test('refuses invalid custom metadata before it reads the secret', async () => {
    expect((await patch('absent', { custom_metadata: { k: '' } })).status).toBe(400);
  });
});

describe('metadata check-and-set', () => {
  test('allows a change only with the current version, if a version is sent', async () => {
    expect((await set('cas', { max_versions: 1, metadata_cas: 0 })).status).toBe(204);

    const refused = await set('cas', { max_versions: 2, metadata_cas: 0 });

    expect(refused.status).toBe(400);
    expect(refused.body.errors).toEqual([
      'metadata check-and-set parameter does not match the current version',
    ]);
    expect((await patch('cas', { max_versions: 2, metadata_cas: 1 })).status).toBe(204);
  });

  test('is required if the secret requires it', async () => {
    await set('required', { metadata_cas_required: true });

    const refused = await set('required', { max_versions: 2 });

    expect(refused.status).toBe(400);
    expect(refused.body.errors).toEqual(['metadata check-and-set parameter required for this call']);
    expect((await set('required', { max_versions: 2, metadata_cas: 1 })).status).toBe(204);
  });
});
