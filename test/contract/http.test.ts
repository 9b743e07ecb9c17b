/** The format of every answer, and how a token is sent (contract §2.1, §2.3). */

import { beforeAll, describe, expect, it } from 'vitest';
import { kv1, must, newNamespace, unique } from './fresh.ts';
import { call, rawCall } from './http.ts';
import { NOT_AUTHENTICATED, refused, UUID } from './texts.ts';

let kv: string;
let namespace: string;
beforeAll(async () => {
  [kv, namespace] = await Promise.all([kv1(), newNamespace()]);
  await must('POST', `${kv}/dir/a`, { body: { a: 1 } });
});

describe('an answer', () => {
  it('with data is an envelope of eight keys', async () => {
    const { body } = await must('GET', `${kv}/dir/a`);
    expect(body).toEqual({
      request_id: expect.stringMatching(UUID),
      lease_id: '',
      renewable: false,
      lease_duration: 2_764_800,
      data: { a: 1 },
      wrap_info: null,
      warnings: null,
      auth: null,
    });
  });

  it('without data is 204 and empty, with the content type of JSON', async () => {
    const { status, text, headers } = await call('POST', `${kv}/empty`, { body: { a: 1 } });
    expect({ status, text }).toEqual({ status: 204, text: '' });
    expect(headers.get('content-type')).toBe('application/json');
  });

  it('forbids caching, whether it has an error, data or no body', async () => {
    const answers = await Promise.all([
      call('GET', `${kv}/dir/a`),
      call('GET', `${kv}/nope`),
      call('DELETE', `${kv}/nope`),
      call('GET', 'sys/mounts', { token: '' }),
      call('GET', 'sys/health'),
    ]);
    for (const { headers } of answers) expect(headers.get('cache-control')).toBe('no-store');
  });

  it('of the mount tables has the data at the top level as well, other answers do not', async () => {
    for (const path of ['sys/mounts', 'sys/auth']) {
      const { body } = await must('GET', path);
      expect(body).toMatchObject(body.data);
    }
    expect((await must('GET', `${kv}/dir/a`)).body).not.toHaveProperty('a');
    expect((await must('GET', `${namespace}/sys/mounts`)).body).not.toHaveProperty(['sys/']);
  });

  it('has integers without a decimal point', async () => {
    const { text } = await must('GET', 'sys/mounts');
    expect(text).toMatch(/"default_lease_ttl":0[,}]/);
  });

  it('has the namespace header of its request', async () => {
    for (const header of [namespace, `/${namespace}/`, 'root']) {
      const { headers } = await call('GET', 'sys/mounts', { namespace: header });
      expect(headers.get('x-vault-namespace')).toBe(header);
    }
    expect((await call('GET', 'sys/mounts')).headers.has('x-vault-namespace')).toBe(false);
  });
});

describe('the namespace of the header', () => {
  it.each([
    ['a slash at either end', (name: string) => `/${name}/`],
    ['two slashes', (name: string) => `${name}//`],
    ['a dot', (name: string) => `./${name}/.`],
    ['a `..` that leads back', (name: string) => `elsewhere/../${name}`],
  ])('may be written with %s', async (_, written) => {
    const name = namespace;
    const answer = await call('GET', 'sys/auth/token', { namespace: written(name) });
    expect(answer).toMatchObject({ status: 200, body: { data: { type: 'ns_token' } } });
  });

  it.each(['../', './../'])('is not found if it leads above the root with %s', async (prefix) => {
    const answer = await call('GET', 'sys/mounts', { namespace: prefix + namespace });
    expect(answer).toMatchObject({ status: 404, body: { errors: ['namespace not found'] } });
  });

  it('is checked after the body and before a trailing slash, which is checked before the token', async () => {
    const lost = { namespace: unique('nope'), token: '' };
    expect(await call('POST', 'sys/mounts/x/', { ...lost, body: '{' })).toMatchObject(
      refused('failed to decode JSON input: unexpected EOF'),
    );
    expect(await call('POST', 'sys/mounts/x/', { ...lost, body: {} })).toMatchObject({
      status: 404,
      body: { errors: ['namespace not found'] },
    });
    expect(await call('POST', 'sys/mounts/x/', { token: '', body: {} })).toMatchObject(
      refused("cannot write to a path ending in '/'"),
    );
  });
});

it('headers that only a cluster needs are accepted and ignored', async () => {
  const headers = {
    'X-Vault-Request': 'true',
    'X-Vault-MFA': 'my_method:123456',
    'X-Vault-Policy-Override': 'true',
    'X-Vault-No-Request-Forwarding': 'true',
  };
  expect(await call('GET', `${kv}/dir/a`, { headers })).toMatchObject({
    status: 200,
    body: { data: { a: 1 } },
  });
});

describe('the token', () => {
  it('may be sent as Bearer, and X-Vault-Token takes precedence', async () => {
    const created = await must('POST', 'auth/token/create', { body: { policies: ['default'] } });
    const token = created.body.auth.client_token;
    const path = 'auth/token/lookup-self';
    const bearer = { token: '', headers: { Authorization: `Bearer ${token} ` } };
    expect((await call('GET', path, bearer)).body.data.id).toBe(token);
    const both = { token, headers: { Authorization: 'Bearer nobody' } };
    expect((await call('GET', path, both)).body.data.id).toBe(token);
    const several = { token: '', headers: { Authorization: ['Basic eDp5', `Bearer ${token}`] } };
    expect((await rawCall('GET', `/v1/${path}`, several)).body.data.id).toBe(token);
    const otherScheme = { token: '', headers: { Authorization: `bearer ${token}` } };
    expect(await call('GET', path, otherScheme)).toMatchObject(NOT_AUTHENTICATED);
  });

  it('is required on every path, known or not', async () => {
    for (const path of ['sys/mounts', `${kv}/dir/a`, 'sys/no/such/thing', `${unique('nowhere')}/x`])
      expect(await call('GET', path, { token: '' })).toMatchObject(NOT_AUTHENTICATED);
  });
});
