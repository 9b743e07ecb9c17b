import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Mount } from '../../../../functions/tree/mount.ts';
import { type KvService, patchOf, startKv } from '../kvService.ts';

let kv: KvService;
let mount: Mount;

beforeAll(async () => {
  kv = await startKv();
  mount = await kv.mount({ version: '2' });
});
afterAll(() => kv.deps.stop());

const send = (method: string, path: string) =>
  method === 'PATCH' ? patchOf(kv.call, path, { a: 1 }) : kv.call(method, path, { body: { a: 1 } });

function envelope(warning: string) {
  return {
    request_id: expect.any(String),
    lease_id: '',
    renewable: false,
    lease_duration: 0,
    data: null,
    wrap_info: null,
    warnings: [warning],
    auth: null,
  };
}

describe('paths that kv version 2 does not have', () => {
  test.each([
    ['GET', 'foo', 'get'],
    ['GET', 'foo/bar', 'get'],
    ['POST', 'foo', 'put'],
    ['PUT', 'foo/bar', 'put'],
    ['PATCH', 'foo', 'patch'],
    ['DELETE', 'foo', 'delete'],
    ['LIST', 'foo', 'list'],
    ['LIST', '', 'list'],
    ['GET', '', 'get'],
    ['GET', 'datax', 'get'],
    ['GET', 'configs', 'get'],
  ])('answer %s %j with the command to use', async (method, path, command) => {
    const answer = await send(method, mount.path + path);

    expect(answer.status).toBe(404);
    expect(answer.body).toEqual(
      envelope(
        'Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints ' +
          `to use. If using the OpenBao CLI, use 'bao kv ${command}' for this operation.`,
      ),
    );
  });

  test.each([
    ['GET', 'data'],
    ['POST', 'data'],
    ['PATCH', 'data'],
    ['DELETE', 'data'],
    ['GET', 'metadata'],
    ['GET', 'metadata/'],
    ['POST', 'metadata'],
    ['DELETE', 'metadata'],
    ['POST', 'delete'],
    ['POST', 'undelete'],
    ['PUT', 'destroy'],
    ['GET', 'destroy'],
  ])('answer %s %s as a root', async (method, path) => {
    const answer = await send(method, mount.path + path);

    expect(answer.status).toBe(404);
    expect(answer.body).toEqual(
      envelope('Non-listing operations on the root of a K/V v2 mount are not supported.'),
    );
  });

  test('are not found with a trailing slash where nothing is listed', async () => {
    expect(await send('GET', `${mount.path}data/`)).toMatchObject({ status: 404, body: { errors: [] } });
  });

  test('do not list at any root except `metadata`', async () => {
    for (const path of ['data', 'delete', 'undelete', 'destroy', 'subkeys']) {
      expect((await send('LIST', mount.path + path)).status).toBe(405);
    }
  });

  test('are subject to policies, too', async () => {
    const nobody = await kv.tokenWith('path "elsewhere" { capabilities = ["read"] }');

    expect((await kv.call('GET', `${mount.path}foo`, { token: nobody })).status).toBe(403);
  });
});
