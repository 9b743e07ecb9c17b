/** How paths are read: decoded once, cleaned by redirects, with no way up (contract §2.5). */

import { beforeAll, describe, expect, it } from 'vitest';
import { kv1, must, newNamespace, unique } from './fresh.ts';
import { call, rawCall } from './http.ts';
import { improved, NOT_AUTHENTICATED, NOT_FOUND, noRoute, refused } from './texts.ts';

let kv: string;
beforeAll(async () => {
  kv = await kv1();
});

describe('a path is decoded once, so', () => {
  const NAMES: [encoded: string, key: string][] = [
    ['100%25', '100%'],
    ['a%252Fb', 'a%2Fb'],
    ['a%3Fb', 'a?b'],
    ['a%23b', 'a#b'],
    ['a%20b', 'a b'],
    ['a+b', 'a+b'],
    ['%C3%BC%F0%9F%94%91', 'ü🔑'],
    ['a%22b%5Cc', 'a"b\\c'],
    ['a%2525', 'a%25'],
    ['list%3Dtrue', 'list=true'],
    ['%252e%252e', '%2e%2e'],
  ];

  it.each(NAMES)('%s is the secret %s', async (encoded, key) => {
    const folder = `${kv}/${unique('folder')}`;
    const written = await rawCall('POST', `/v1/${folder}/${encoded}`, { body: { of: key } });
    expect(written.status).toBe(204);
    expect((await rawCall('GET', `/v1/${folder}?list=true`)).body.data.keys).toEqual([key]);
    expect((await rawCall('GET', `/v1/${folder}/${encoded}`)).body.data).toEqual({ of: key });
    expect((await rawCall('DELETE', `/v1/${folder}/${encoded}`)).status).toBe(204);
    expect((await rawCall('GET', `/v1/${folder}/${encoded}`)).status).toBe(404);
  });

  it('an encoded slash is a slash', async () => {
    await must('POST', `${kv}/x/y`, { body: { a: 1 } });
    expect(await rawCall('GET', `/v1/${kv}%2Fx%2Fy`)).toMatchObject({
      status: 200,
      body: { data: { a: 1 } },
    });
  });

  it('a name with an encoded question mark is not a name with a query', async () => {
    const folder = `${kv}/${unique('folder')}`;
    await must('POST', `${folder}/a%3Fb`, { body: { of: 'a?b' } });
    expect(await call('GET', `${folder}/a?b`)).toMatchObject({ status: 404, body: { errors: [] } });
  });
});

describe('a path with dot segments or double slashes', () => {
  it.each(['%2e%2e', '%2E%2e/x', 'a/%2e%2e/b', '%2e', '.%2e'])(
    'is refused if the dots are encoded: %s',
    async (encoded) => {
      const answer = await rawCall('GET', `/v1/${kv}/${encoded}`);
      expect(answer).toMatchObject(refused('relative paths not supported'));
    },
  );

  it.each([
    ['a//b', 'a/b'],
    ['a/./b', 'a/b'],
    ['a/c/../b', 'a/b'],
    ['a//', 'a/'],
  ])('is redirected to the clean path: %s', async (unclean, clean) => {
    const { status, headers } = await rawCall('GET', `/v1/${kv}/${unclean}`);
    expect([301, 307]).toContain(status);
    expect(headers.get('location')).toBe(`/v1/${kv}/${clean}`);
  });

  it('is redirected with a link for a GET, and without a body otherwise', async () => {
    const link = `<a href="/v1/${kv}/a">Temporary Redirect</a>.\n\n`;
    expect((await rawCall('GET', `/v1/${kv}//a`)).text).toBe(link);
    for (const method of ['POST', 'DELETE', 'LIST'])
      expect((await rawCall(method, `/v1/${kv}//a`)).text).toBe('');
  });

  it('is redirected with its query', async () => {
    const { headers } = await rawCall('GET', `/v1//${kv}?list=true`);
    expect(headers.get('location')).toBe(`/v1/${kv}?list=true`);
  });
});

describe('a path', () => {
  it.each(['%00', '%0a', '%7f', '%e2%80%8b', '%c2%a0'])(
    'with %s is refused with an empty body',
    async (bad) => {
      const { status, text } = await rawCall('GET', `/v1/${kv}/a${bad}b`);
      expect({ status, text }).toEqual({ status: 400, text: '' });
    },
  );

  it.each(['%', '%zz'])('with the broken escape %s is refused', async (bad) => {
    const { status, text } = await rawCall('GET', `/v1/${kv}/a${bad}`);
    expect({ status, text }).toEqual({ status: 400, text: '400 Bad Request' });
  });

  it.each(['%c3', '%ff'])('with %s, which is no UTF-8, names nothing', async (bad) => {
    for (const method of ['GET', 'LIST'])
      expect(await rawCall(method, `/v1/${kv}/a${bad}`)).toMatchObject(NOT_FOUND);
    const denied = await rawCall('GET', `/v1/${kv}/a${bad}`, { token: '' });
    expect(denied).toMatchObject(NOT_AUTHENTICATED);
  });

  improved.each(['POST', 'PUT', 'DELETE'])('that is no UTF-8 is refused for %s', async (method) => {
    expect((await rawCall(method, `/v1/${kv}/a%c3`, { body: { a: 1 } })).status).toBe(400);
  });

  it.each(['/v2/sys/mounts', '/sys/health', '/favicon.ico'])(
    'outside /v1/ is not found: %s',
    async (path) => {
      expect(await rawCall('GET', path)).toMatchObject({ status: 404, body: { errors: [] } });
    },
  );

  it('of a mount without the trailing slash is the mount too', async () => {
    await must('POST', `${kv}/root`, { body: { a: 1 } });
    expect((await rawCall('LIST', `/v1/${kv}`)).body.data.keys).toContain('root');
    const longer = `${kv}x/root`;
    expect(await call('GET', longer)).toMatchObject(noRoute(longer));
  });

  it('with a trailing slash is another secret', async () => {
    await must('POST', `${kv}/slash`, { body: { a: 1 } });
    expect(await rawCall('GET', `/v1/${kv}/slash/`)).toMatchObject({ status: 404, body: { errors: [] } });
    expect(await rawCall('GET', `/v1/${kv}/slash`)).toMatchObject({ status: 200 });
  });

  it('and a header together can name a namespace', async () => {
    const outer = await newNamespace();
    const inner = (await newNamespace(outer)).slice(outer.length + 1);
    const mount = await kv1(`${outer}/${inner}`);
    for (const [namespace, path] of [
      [undefined, `${outer}/${inner}/sys/mounts/${mount}`],
      [outer, `${inner}/sys/mounts/${mount}`],
      [`/${outer}/${inner}/`, `sys/mounts/${mount}`],
    ] as const)
      expect(await call('GET', path, { namespace })).toMatchObject({
        status: 200,
        body: { data: { type: 'kv' } },
      });
    const nope = await call('GET', `${inner}/sys/mounts`, { namespace: `${outer}/nope` });
    expect(nope).toMatchObject({ status: 404, body: { errors: ['namespace not found'] } });
  });
});
