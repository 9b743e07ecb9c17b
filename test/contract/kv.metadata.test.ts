/** kv version 2: metadata, settings, lists, subkeys, and the paths that it does not have (contract §9.2). */

import { beforeAll, describe, expect, it } from 'vitest';
import { kv1, kv2, must, unique } from './fresh.ts';
import { type Answer, call } from './http.ts';
import { move } from './moving.ts';
import { improved, NOT_FOUND, refused } from './texts.ts';

const MERGE = { 'Content-Type': 'application/merge-patch+json' };

let kv: string;
beforeAll(async () => {
  kv = await kv2();
});

async function metadata(key: string) {
  return (await must('GET', `${kv}/metadata/${key}`)).body.data;
}

function set(key: string, body: object): Promise<Answer> {
  return call('POST', `${kv}/metadata/${key}`, { body });
}

function patch(key: string, body: object): Promise<Answer> {
  return call('PATCH', `${kv}/metadata/${key}`, { headers: MERGE, body });
}

async function secret(data: object = { a: 1 }, key = unique('app')): Promise<string> {
  await must('POST', `${kv}/data/${key}`, { body: { data } });
  return key;
}

describe('the metadata of a secret', () => {
  it('show its versions and settings', async () => {
    const key = await secret();
    await must('POST', `${kv}/data/${key}`, { body: { data: {} } });
    await must('DELETE', `${kv}/data/${key}`);
    const time = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(await metadata(key)).toMatchObject({
      versions: {
        1: { created_time: time, deletion_time: '', destroyed: false },
        2: { created_time: time, deletion_time: time, destroyed: false },
      },
      current_version: 2,
      oldest_version: 0,
      created_time: time,
      updated_time: time,
      max_versions: 0,
      cas_required: false,
      delete_version_after: '0s',
      custom_metadata: null,
    });
    expect(await call('GET', `${kv}/metadata/${unique('nope')}`)).toMatchObject(NOT_FOUND);
  });

  it('may exist before the first version, and are set one by one', async () => {
    const key = unique('app');
    expect(await set(key, { max_versions: 4, delete_version_after: '90m' })).toMatchObject({
      status: 204,
      text: '',
    });
    expect(await metadata(key)).toMatchObject({
      current_version: 0,
      versions: {},
      delete_version_after: '1h30m0s',
    });
    expect(await call('GET', `${kv}/data/${key}`)).toMatchObject(NOT_FOUND);
    await must('PUT', `${kv}/metadata/${key}`, {
      body: { cas_required: true, custom_metadata: { a: 'b', c: 'd' } },
    });
    expect(await metadata(key)).toMatchObject({
      max_versions: 4,
      cas_required: true,
      custom_metadata: { a: 'b', c: 'd' },
    });
    await must('POST', `${kv}/metadata/${key}`, { body: { custom_metadata: { e: 'f' } } });
    expect((await metadata(key)).custom_metadata).toEqual({ e: 'f' });
  });

  it('are not created by a write that sets nothing', async () => {
    const key = unique('app');
    expect(await set(key, {})).toMatchObject({ status: 204, text: '' });
    expect(await call('GET', `${kv}/metadata/${key}`)).toMatchObject(NOT_FOUND);
  });

  it('have the time of their last change', async () => {
    const key = await secret();
    const { created_time, updated_time: first } = await metadata(key);
    expect(first).toBe(created_time);
    await set(key, { max_versions: 4 });
    const { updated_time: second } = await metadata(key);
    await patch(key, { max_versions: 5 });
    const { updated_time: third } = await metadata(key);
    const times = [first, second, third].map((time) => Date.parse(time));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(new Set([first, second, third]).size).toBe(3);
    await must('DELETE', `${kv}/data/${key}`);
    expect((await metadata(key)).updated_time).toBe(third);
  });

  it.each([
    ['written', set],
    ['patched', patch],
  ] as const)('are cleared by null when they are %s, except the planned deletion', async (_, change) => {
    const key = await secret();
    await set(key, {
      max_versions: 4,
      cas_required: true,
      delete_version_after: '1h',
      custom_metadata: { a: 'b' },
    });
    const nothing = { max_versions: null, cas_required: null, custom_metadata: null };
    await change(key, { ...nothing, delete_version_after: null, metadata_cas_required: true });
    expect(await metadata(key)).toMatchObject({
      max_versions: 0,
      cas_required: false,
      delete_version_after: '1h0m0s',
      custom_metadata: null,
      metadata_cas_required: true,
    });
  });

  it.each([{}, { unknown: 1 }, { metadata_cas: 9 }])(
    'are as they were after a patch with %j',
    async (body) => {
      const key = await secret();
      const before = await metadata(key);
      for (const name of [key, unique('nope')])
        expect(await patch(name, body)).toMatchObject({ status: 204, text: '' });
      expect(await metadata(key)).toEqual(before);
    },
  );

  it('are patched only if they exist', async () => {
    const key = await secret();
    await set(key, { max_versions: 4, custom_metadata: { a: 'b', c: 'd' } });
    expect(await patch(key, { custom_metadata: { a: null, e: 'f' } })).toMatchObject({
      status: 204,
      text: '',
    });
    expect(await metadata(key)).toMatchObject({ max_versions: 4, custom_metadata: { c: 'd', e: 'f' } });
    expect(await patch(unique('nope'), { max_versions: 1 })).toMatchObject({ status: 404, text: '' });
  });

  it('are deleted with all versions', async () => {
    const key = await secret();
    expect(await call('DELETE', `${kv}/metadata/${key}`)).toMatchObject({ status: 204, text: '' });
    for (const path of ['metadata', 'data', 'subkeys'])
      expect(await call('GET', `${kv}/${path}/${key}`)).toMatchObject(NOT_FOUND);
    expect((await must('POST', `${kv}/data/${key}`, { body: { data: {} } })).body.data.version).toBe(1);
  });

  it('cannot turn off what the mount requires, and a warning says so', async () => {
    const own = await kv2();
    await must('POST', `${own}/config`, { body: { cas_required: true } });
    const { status, body } = await call('POST', `${own}/metadata/app`, { body: { cas_required: false } });
    expect(status).toBe(200);
    expect(body.warnings).toEqual([
      '"cas_required" set to false, but is mandated by backend config. This value will be ignored.',
    ]);
  });

  it.each<[what: string, custom: object, text: string]>([
    ['65 keys', Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, 'v'])), 'at most 64 keys'],
    ['a key of 129 bytes', { ['k'.repeat(129)]: 'v' }, '128'],
    ['an empty key', { '': 'v' }, '128'],
    ['an empty value', { k: '' }, '512'],
    ['a value of 513 bytes', { k: 'v'.repeat(513) }, '512'],
    ['a key that cannot be printed', { 'k\u0007': 'v' }, 'unprintable'],
    ['a value that cannot be printed', { k: 'v\u0007' }, 'unprintable'],
  ])('cannot have custom metadata with %s', async (_, custom_metadata, text) => {
    const { status, body } = await set(unique('app'), { custom_metadata });
    expect(status).toBe(400);
    expect(body.errors[0]).toContain('custom_metadata validation failed: ');
    expect(body.errors[0]).toContain(text);
  });

  improved.each([-1, 10_001])('cannot have a max_versions of %d', async (max_versions) => {
    const key = unique('app');
    expect(await set(key, { max_versions })).toMatchObject(
      refused('max_versions must be between 0 and 10000'),
    );
    expect(await call('GET', `${kv}/metadata/${key}`)).toMatchObject(NOT_FOUND);
  });

  improved('have texts in place of numbers that a patch sends, as a write does', async () => {
    const key = await secret();
    expect(await patch(key, { custom_metadata: { a: 1 } })).toMatchObject({ status: 204 });
    expect((await metadata(key)).custom_metadata).toEqual({ a: '1' });
  });

  it('may have custom metadata up to these limits', async () => {
    const full = Object.fromEntries(
      Array.from({ length: 64 }, (_, i) => [`${i}`.padEnd(128, 'k'), 'v'.repeat(512)]),
    );
    expect(await set(unique('app'), { custom_metadata: full })).toMatchObject({ status: 204 });
  });
});

describe('the settings of a mount', () => {
  it('have defaults at first, and are set one by one', async () => {
    const own = await kv2();
    expect((await must('GET', `${own}/config`)).body.data).toMatchObject({
      max_versions: 0,
      cas_required: false,
      delete_version_after: '0s',
    });
    expect(await call('POST', `${own}/config`, { body: { max_versions: 7 } })).toMatchObject({
      status: 204,
      text: '',
    });
    await must('POST', `${own}/config`, { body: { cas_required: true, delete_version_after: '24h' } });
    expect((await must('GET', `${own}/config`)).body.data).toMatchObject({
      max_versions: 7,
      cas_required: true,
      delete_version_after: '24h0m0s',
    });
  });
});

describe('a list', () => {
  it('has the secrets and directories of one level, limited by `after` and `limit`', async () => {
    const own = await kv2();
    expect(await call('GET', `${own}/metadata?list=true`)).toMatchObject(NOT_FOUND);
    for (const key of ['b', 'dir/a', 'dir/deep/c', 'a'])
      await must('POST', `${own}/data/${key}`, { body: { data: {} } });
    const list = async (rest: string) => (await must('GET', `${own}/metadata${rest}`)).body.data;
    expect(await list('?list=true')).toEqual({ keys: ['a', 'b', 'dir/'] });
    expect(await list('/dir?list=true')).toEqual({ keys: ['a', 'deep/'] });
    expect(await list('/dir/?list=true')).toEqual({ keys: ['a', 'deep/'] });
    expect(await list('?list=true&after=a&limit=1')).toEqual({ keys: ['b'] });
    expect(await call('GET', `${own}/metadata/none?list=true`)).toMatchObject(NOT_FOUND);
    await must('DELETE', `${own}/data/a`);
    expect((await list('?list=true')).keys).toContain('a');
    const { keys, key_info } = (await must('GET', `${own}/detailed-metadata/?list=true`)).body.data;
    expect(keys).toEqual(['a', 'b', 'dir/']);
    expect(key_info.b).toMatchObject({ current_version: 1 });
    expect(key_info['dir/']).toEqual({});
  });

  it('has all secrets below it when it is scanned, with their metadata if that is asked for', async () => {
    const own = await kv2();
    for (const key of ['a', 'dir/b', 'dir/deep/c'])
      await must('POST', `${own}/data/${key}`, { body: { data: {} } });
    const { keys, key_info } = (await must('GET', `${own}/detailed-metadata/dir?scan=true`)).body.data;
    expect(keys).toEqual(['b', 'deep/c']);
    expect(key_info).toMatchObject({ b: { current_version: 1 }, 'deep/c': { current_version: 1 } });
  });
});

describe('subkeys', () => {
  it('are the keys of a version without their values, down to the requested depth', async () => {
    const key = await secret({ a: 1, b: { c: 'x', d: { e: [1] } }, f: {} });
    const { subkeys, metadata: version } = (await must('GET', `${kv}/subkeys/${key}`)).body.data;
    expect(subkeys).toEqual({ a: null, b: { c: null, d: { e: null } }, f: null });
    expect(version).toMatchObject({ version: 1, destroyed: false });
    const shallow = (await must('GET', `${kv}/subkeys/${key}?depth=1&version=1`)).body.data;
    expect(shallow.subkeys).toEqual({ a: null, b: null, f: null });
    expect(await call('GET', `${kv}/subkeys/${key}?version=2`)).toMatchObject(NOT_FOUND);
  });

  it('of a deleted version are 404, with the metadata of the version', async () => {
    const key = await secret();
    await must('DELETE', `${kv}/data/${key}`);
    const { status, body } = await call('GET', `${kv}/subkeys/${key}`);
    expect(status).toBe(404);
    expect(body).not.toHaveProperty('errors');
    expect(body.data).toMatchObject({ subkeys: null, metadata: { version: 1 } });
  });
});

describe('a path that version 2 does not have', () => {
  it.each([
    ['GET', 'foo', 'Invalid path for a versioned K/V secrets engine.'],
    ['POST', 'foo/bar', 'Invalid path for a versioned K/V secrets engine.'],
    ['DELETE', 'foo', 'Invalid path for a versioned K/V secrets engine.'],
    ['GET', 'foo?list=true', 'Invalid path for a versioned K/V secrets engine.'],
    ['GET', 'data', 'Non-listing operations on the root of a K/V v2 mount are not supported.'],
    ['GET', 'metadata', 'Non-listing operations on the root of a K/V v2 mount are not supported.'],
  ])('is 404 with a warning: %s %s', async (method, path, text) => {
    const { status, body } = await call(method, `${kv}/${path}`, method === 'POST' ? { body: { a: 1 } } : {});
    expect(status).toBe(404);
    expect(body).not.toHaveProperty('errors');
    expect(body.data).toBeNull();
    expect(body.warnings[0].startsWith(text)).toBe(true);
  });
});

describe('a mount', () => {
  it('keeps everything when it is moved', async () => {
    const own = await kv2();
    await must('POST', `${own}/config`, { body: { max_versions: 5 } });
    await must('POST', `${own}/metadata/app`, { body: { custom_metadata: { a: 'b' } } });
    for (const n of [1, 2, 3])
      await must('POST', `${own}/data/app`, { body: { data: { n }, options: { cas: n - 1 } } });
    await must('POST', `${own}/delete/app`, { body: { versions: [2] } });
    const before = (await must('GET', `${own}/metadata/app`)).body.data;
    const target = unique('moved');
    await move(own, target);
    expect((await must('GET', `${target}/metadata/app`)).body.data).toEqual(before);
    expect((await must('GET', `${target}/config`)).body.data.max_versions).toBe(5);
    expect((await must('GET', `${target}/data/app?version=1`)).body.data.data).toEqual({ n: 1 });
    const body = { data: { n: 4 }, options: { cas: 3 } };
    expect((await must('POST', `${target}/data/app`, { body })).body.data.version).toBe(4);
  });

  it('of version 1 is upgraded to version 2 with its secrets', async () => {
    const own = await kv1();
    await must('POST', `${own}/dir/app`, { body: { a: 1 } });
    await must('POST', `sys/mounts/${own}/tune`, { body: { options: { version: '2' } } });
    await expect
      .poll(async () => (await call('GET', `${own}/data/dir/app`)).status, { timeout: 20_000 })
      .toBe(200);
    const { data } = (await must('GET', `${own}/data/dir/app`)).body;
    expect(data).toMatchObject({ data: { a: 1 }, metadata: { version: 1 } });
    expect((await must('GET', `${own}/metadata/dir?list=true`)).body.data.keys).toEqual(['app']);
  });

  it('cannot be downgraded', async () => {
    const { status } = await call('POST', `sys/mounts/${kv}/tune`, { body: { options: { version: '1' } } });
    expect(status).toBe(400);
  });
});
