/** What the verbs of HTTP mean (contract §2.2). */

import { beforeAll, describe, expect, it } from 'vitest';
import { authMethod, kv1, kv2, must, policyOf, tokenWith, unique } from './fresh.ts';
import { call, rawCall } from './http.ts';
import { NOT_AUTHENTICATED, NOT_FOUND, noRoute, refused, wrapped } from './texts.ts';

let kv: string;
let versioned: string;
beforeAll(async () => {
  [kv, versioned] = await Promise.all([kv1(), kv2()]);
  await must('POST', `${kv}/dir/a`, { body: { a: 1 } });
  await must('POST', `${kv}/b`, { body: { b: 2 } });
});

describe('a verb', () => {
  it('LIST, and GET with list=true, list', async () => {
    for (const answer of [
      await rawCall('LIST', `/v1/${kv}`),
      await rawCall('LIST', `/v1/${kv}/`),
      await call('GET', `${kv}?list=true`),
      await call('GET', `${kv}/?list=1`),
      await call('GET', `${kv}?list=T`),
    ])
      expect(answer).toMatchObject({ status: 200, body: { data: { keys: ['b', 'dir/'] } } });
  });

  it('GET with list=false reads, and any other value of list is refused without a message', async () => {
    for (const read of ['list=false', 'list=', 'list=0'])
      expect(await call('GET', `${kv}/dir/a?${read}`)).toMatchObject({ status: 200 });
    expect(await call('GET', `${kv}/dir?list=yes`)).toMatchObject({ status: 400, body: { errors: [] } });
  });

  it('GET with scan=true lists all paths below, and cannot be combined with list=true', async () => {
    const { data } = (await must('GET', `${kv}?scan=true`)).body;
    expect(data.keys).toEqual(['b', 'dir/a']);
    expect((await must('GET', `${kv}/none?scan=true`)).body.data).toEqual({});
    for (const query of ['list=true&scan=true', 'scan=maybe'])
      expect(await call('GET', `${kv}?${query}`)).toMatchObject({ status: 400, body: { errors: [] } });
  });

  it('of any kind with help=1 returns the help, for every token', async () => {
    const token = await tokenWith(policyOf(['elsewhere', 'read']));
    for (const [method, path] of [
      ['GET', 'sys/remount'],
      ['POST', 'sys/remount'],
      ['DELETE', `${kv}/dir/a`],
    ] as const)
      expect(await call(method, `${path}?help=1`, { token })).toMatchObject({
        status: 200,
        body: { help: expect.any(String) },
      });
    expect(await call('GET', 'sys/remount?help=1', { token: '' })).toMatchObject(NOT_AUTHENTICATED);
    expect(await call('GET', `${kv}/dir/a`)).toMatchObject({ status: 200 });
  });

  it('that lists or reads is 404 where nothing exists', async () => {
    expect(await call('GET', `${kv}/none?list=true`)).toMatchObject(NOT_FOUND);
    expect(await call('GET', `${kv}/none`)).toMatchObject(NOT_FOUND);
  });

  it('PUT does what POST does', async () => {
    await must('PUT', `${kv}/put`, { body: { b: 2 } });
    expect((await must('GET', `${kv}/put`)).body.data).toEqual({ b: 2 });
    await must('DELETE', `${kv}/put`);
  });

  it('HEAD is for health alone, where it has the status of GET and no body', async () => {
    const health = await rawCall('HEAD', '/v1/sys/health');
    expect({ status: health.status, text: health.text }).toEqual({ status: 200, text: '' });
    const reader = await tokenWith(policyOf([`${kv}/*`, 'read']));
    for (const token of ['', reader])
      expect(await rawCall('HEAD', `/v1/${kv}/b`, { token })).toMatchObject({ status: 403, text: '' });
    for (const path of [`${kv}/b`, 'sys/mounts', 'sys/seal-status', 'sys/init', 'sys/leader'])
      expect(await rawCall('HEAD', `/v1/${path}`)).toMatchObject({ status: 405, text: '' });
  });

  it('PATCH requires its own content type', async () => {
    const path = `${versioned}/data/app`;
    await must('POST', path, { body: { data: { a: 1 } } });
    const patch = { body: '{"data":{"b":2}}' };
    const json = await call('PATCH', path, { ...patch, headers: { 'Content-Type': 'application/json' } });
    expect(json).toMatchObject({
      status: 415,
      body: {
        errors: ['PATCH requires Content-Type of application/merge-patch+json, provided application/json'],
      },
    });
    const none = await rawCall('PATCH', `/v1/${path}`, patch);
    expect(none).toMatchObject(refused('mime: no media type'));
    for (const type of ['application/merge-patch+json', 'Application/Merge-Patch+JSON; charset=utf-8'])
      expect(await call('PATCH', path, { ...patch, headers: { 'Content-Type': type } })).toMatchObject({
        status: 200,
      });
    expect((await must('GET', path)).body.data.data).toEqual({ a: 1, b: 2 });
  });

  it('PROPFIND is not supported, and OPTIONS is refused as internal', async () => {
    const none = { status: 405, body: { errors: [] } };
    expect(await rawCall('PROPFIND', '/v1/sys/mounts')).toMatchObject(none);
    for (const sent of [{ token: '' }, {}])
      expect(await rawCall('OPTIONS', '/v1/sys/mounts', sent)).toMatchObject(
        refused('cannot handle internal-only request operation'),
      );
  });

  it.each(['LIST', 'POST', 'DELETE', 'PATCH', 'OPTIONS'])(
    '%s is refused without a text by health, seal-status and leader',
    async (method) => {
      for (const path of ['health', 'seal-status', 'leader'])
        expect(await rawCall(method, `/v1/sys/${path}`, { token: '' })).toMatchObject({
          status: 405,
          body: { errors: [] },
        });
    },
  );

  it('that a path does not support is 405, and an unknown path is 404', async () => {
    const unsupported = { errors: [wrapped('unsupported operation')] };
    expect(await call('DELETE', 'sys/mounts')).toMatchObject({ status: 405, body: unsupported });
    for (const collection of ['sys/policies/acl/', 'auth/token/accessors/', 'sys/leases/lookup/'])
      expect(await call('GET', collection)).toMatchObject({ status: 405, body: unsupported });
    const noPath = { status: 404, body: { errors: [wrapped('unsupported path')] } };
    expect(await call('GET', 'sys/no/such/thing')).toMatchObject(noPath);
    const nowhere = unique('nowhere');
    expect(await call('GET', `${nowhere}/x`)).toMatchObject(noRoute(`${nowhere}/x`));
  });

  it.each([
    'sys/mounts',
    'sys/auth',
    'sys/remount',
    'sys/capabilities-self',
    'sys/leases/renew',
    'sys/leases/revoke',
    'sys/wrapping/wrap',
    'sys/internal/ui/resultant-acl',
    'auth/token/lookup-self',
  ])('that lists, or a trailing slash, does not find %s, which is no collection', async (path) => {
    const noPath = { status: 404, body: { errors: [wrapped('unsupported path')] } };
    expect(await rawCall('LIST', `/v1/${path}`)).toMatchObject(noPath);
    expect(await call('GET', `${path}/`)).toMatchObject(noPath);
  });

  it('that a path without a token does not support is refused without the wrapper', async () => {
    const bare = { status: 405, body: { errors: ['unsupported operation'] } };
    const login = `${await authMethod('userpass')}/login/ann`;
    for (const sent of [{ token: '' }, {}])
      for (const [method, path] of [
        ['GET', login],
        ['DELETE', login],
        ['POST', 'sys/internal/ui/mounts'],
      ] as const)
        expect(await rawCall(method, `/v1/${path}`, sent)).toMatchObject(bare);
  });

  it('that writes is refused for a path with a trailing slash', async () => {
    const text = refused("cannot write to a path ending in '/'");
    expect(await call('POST', `${kv}/dir/`, { body: { a: 1 } })).toMatchObject(text);
    expect(await call('PUT', 'sys/mounts/x/', { token: '', body: {} })).toMatchObject(text);
  });
});
