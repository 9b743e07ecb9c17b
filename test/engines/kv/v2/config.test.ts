import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Mount } from '../../../../functions/tree/mount.ts';
import { type KvService, patchOf, startKv, urlOf } from '../kvService.ts';

let kv: KvService;
let mount: Mount;

beforeAll(async () => {
  kv = await startKv();
});
beforeEach(async () => {
  mount = await kv.mount({ version: '2' });
});
afterAll(() => kv.deps.stop());

const at = (path: string): string => urlOf(mount, path);
const configure = (body: unknown) => kv.call('POST', at('config'), { body });
const put = (path: string, options?: object) =>
  kv.call('POST', at(`data/${path}`), { body: { data: {}, ...(options ? { options } : {}) } });

describe('config of kv version 2', () => {
  test('has defaults', async () => {
    const { status, body } = await kv.call('GET', at('config'));

    expect(status).toBe(200);
    expect(body.data).toEqual({
      max_versions: 0,
      cas_required: false,
      metadata_cas_required: false,
      delete_version_after: '0s',
    });
  });

  test('sets what was sent and keeps the rest', async () => {
    const written = await configure({ max_versions: 4, delete_version_after: '3h25m19s' });
    await configure({ cas_required: true });
    await configure({});

    expect(written.status).toBe(204);
    expect((await kv.call('GET', at('config'))).body.data).toEqual({
      max_versions: 4,
      cas_required: true,
      metadata_cas_required: false,
      delete_version_after: '3h25m19s',
    });
  });

  test('keeps both of two settings that are written concurrently', async () => {
    await Promise.all([configure({ max_versions: 4 }), configure({ cas_required: true })]);

    expect((await kv.call('GET', at('config'))).body.data).toMatchObject({
      max_versions: 4,
      cas_required: true,
    });
  });

  test.each([
    ['-1s', '-1s'],
    [-5, '-1s'],
    ['0', '0s'],
    [90, '1m30s'],
    ['1d', '24h0m0s'],
  ])('shows a `delete_version_after` of %j as %s', async (sent, shown) => {
    await configure({ delete_version_after: sent });

    expect((await kv.call('GET', at('config'))).body.data.delete_version_after).toBe(shown);
  });

  test.each([
    [{ max_versions: 10_001 }, 'max_versions must be between 0 and 10000'],
    [
      { delete_version_after: 'soon' },
      'Field validation failed: error converting input for field "delete_version_after": time: invalid duration "soon"',
    ],
    [
      { delete_version_after: 9_223_372_037 },
      expect.stringContaining('multiplication of durations resulted in overflow'),
    ],
    [{ cas_required: 'perhaps' }, expect.stringMatching(/^Field validation failed: .*"cas_required"/)],
  ])('refuses %j', async (body, text) => {
    const refused = await configure(body);

    expect(refused.status).toBe(400);
    expect(refused.body.errors).toEqual([text]);
  });

  test('can require check-and-set for all secrets, and warns if a secret opts out', async () => {
    const warning =
      '"cas_required" set to false, but is mandated by backend config. This value will be ignored.';
    await configure({ cas_required: true });

    const refused = await put('a');
    const optedOut = await kv.call('POST', at('metadata/a'), { body: { cas_required: false } });
    const patched = await patchOf(kv.call, at('metadata/a'), { cas_required: false });

    expect(refused.status).toBe(400);
    expect(refused.body.errors).toEqual(['check-and-set parameter required for this call']);
    expect([optedOut.status, optedOut.body.warnings, optedOut.body.data]).toEqual([200, [warning], null]);
    expect([patched.status, patched.body.warnings]).toEqual([200, [warning]]);
    expect((await put('a')).status).toBe(400);
    expect((await put('a', { cas: 0 })).status).toBe(200);
  });

  test('can require metadata check-and-set for all secrets', async () => {
    await configure({ metadata_cas_required: true });

    const refused = await kv.call('POST', at('metadata/a'), { body: { max_versions: 1 } });

    expect(refused.body.errors).toEqual(['metadata check-and-set parameter required for this call']);
  });

  test.each([
    ['DELETE', 405],
    ['LIST', 404],
  ])('has no %s', async (method, status) => {
    expect((await kv.call(method, at('config'))).status).toBe(status);
  });
});

describe('delete_version_after', () => {
  const HOUR = 3_600_000;
  const read = (path: string) => kv.call('GET', at(`data/${path}`));

  test('deletes a version after that time', async () => {
    await configure({ delete_version_after: '1h' });
    const { data } = (await put('a')).body;

    expect(Date.parse(data.deletion_time) - Date.parse(data.created_time)).toBe(HOUR);
    expect((await read('a')).status).toBe(200);
    kv.deps.clock.pass(HOUR);
    expect((await read('a')).status).toBe(404);
    expect((await read('a')).body.data.metadata).toEqual(data);
  });

  test.each([
    ['the shorter of both settings', '1h', '2h', HOUR],
    ['the shorter of both settings', '2h', '1h', HOUR],
    ["the mount's where the secret has none", '2h', '0s', 2 * HOUR],
    ["the secret's where the mount has none", '0s', '2h', 2 * HOUR],
  ])('follows %s', async (_name, mounts, own, life) => {
    await configure({ delete_version_after: mounts });
    await kv.call('POST', at('metadata/a'), { body: { delete_version_after: own } });

    const { data } = (await put('a')).body;

    expect(Date.parse(data.deletion_time) - Date.parse(data.created_time)).toBe(life);
  });

  test('is switched off for all secrets by a negative setting of the mount', async () => {
    await configure({ delete_version_after: '-1s' });
    await kv.call('POST', at('metadata/a'), { body: { delete_version_after: '1h' } });

    expect((await put('a')).body.data.deletion_time).toBe('');
  });

  test('starts again for a version that is undeleted', async () => {
    await kv.call('POST', at('metadata/a'), { body: { delete_version_after: '1h' } });
    await put('a');
    kv.deps.clock.pass(2 * HOUR);

    await kv.call('POST', at('undelete/a'), { body: { versions: [1] } });

    expect((await read('a')).status).toBe(200);
    kv.deps.clock.pass(HOUR);
    expect((await read('a')).status).toBe(404);
  });
});
