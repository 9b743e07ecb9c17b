/** Auth methods: enabling, listing, logging in, disabling (contract §3, §8). */

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { loggedIn, login, lookupSelf, PASSWORD, userpassMethod } from './credentials.ts';
import { authMethod, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { mountObject, mountPaths } from './snapshots.ts';
import { NOT_AUTHENTICATED, NOT_AUTHORIZED, refused, wrapped } from './texts.ts';

describe('an auth method', () => {
  it('is enabled, shown and disabled, which revokes its tokens', async () => {
    const auth = await userpassMethod();
    const name = auth.slice('auth/'.length);
    expect(await mountObject(auth)).toMatchObject({
      type: 'userpass',
      accessor: expect.stringMatching(/^auth_userpass_[0-9a-f]{8}$/),
      config: { token_type: 'default-service' },
    });
    expect(await mountPaths('auth')).toEqual(expect.arrayContaining(['token/', `${name}/`]));
    const token = await loggedIn(auth);
    expect((await call('DELETE', `sys/auth/${name}`)).status).toBe(204);
    expect(await lookupSelf(token)).toMatchObject(NOT_AUTHENTICATED);
    expect(await call('GET', `sys/auth/${name}`)).toMatchObject(refused(`No auth engine at ${name}/`));
    expect((await call('DELETE', `sys/auth/${name}`)).status).toBe(204);
  });

  it('is read by its exact path only, and listed at the top level as well', async () => {
    const name = (await authMethod('approle')).slice('auth/'.length);
    const { body } = await must('GET', `sys/auth/${name}`);
    expect(body.uuid).toBe(body.data.uuid);
    expect((await must('GET', 'sys/auth')).body[`${name}/`]).toEqual(body.data);
    expect(await call('GET', `sys/auth/${name}/x`)).toMatchObject(refused(`No auth engine at ${name}/x/`));
  });

  it('needs sudo for everything except the listing', async () => {
    const name = unique('userpass');
    const rules: Parameters<typeof policyOf> = [
      ['sys/auth', 'read'],
      [`sys/auth/${name}`, 'create', 'read', 'update', 'delete'],
    ];
    const token = await tokenWith(policyOf(...rules));
    const body = { type: 'userpass' };
    expect(await call('GET', 'sys/auth', { token })).toMatchObject({ status: 200 });
    expect(await call('POST', `sys/auth/${name}`, { token, body })).toMatchObject(NOT_AUTHORIZED);
    const sudo = await tokenWith(policyOf([`sys/auth/${name}`, 'create', 'update', 'delete', 'sudo']));
    expect(await call('POST', `sys/auth/${name}`, { token: sudo, body })).toMatchObject({ status: 204 });
    expect(await call('DELETE', `sys/auth/${name}`, { token })).toMatchObject(NOT_AUTHORIZED);
  });

  it('for tokens cannot be disabled', async () => {
    expect(await call('DELETE', 'sys/auth/token')).toMatchObject(
      refused('token credential backend cannot be disabled'),
    );
  });
});

describe('a login', () => {
  it('with the right password gives a token of that user', async () => {
    const auth = await userpassMethod();
    const { body } = await login(auth);
    expect(body.data).toBeNull();
    expect(body.auth).toMatchObject({
      policies: ['default'],
      metadata: { username: 'bob' },
      lease_duration: 600,
      renewable: true,
      token_type: 'service',
    });
    const self = (await lookupSelf(body.auth.client_token)).body.data;
    expect(self).toMatchObject({
      path: `${auth}/login/bob`,
      orphan: true,
      display_name: `${auth.slice('auth/'.length)}-bob`,
    });
  });

  it('with a wrong password is refused like a login of an unknown user', async () => {
    const auth = await userpassMethod();
    for (const [user, password] of [
      ['bob', 'wrong'],
      ['nobody', PASSWORD],
    ]) {
      const answer = await call('POST', `${auth}/login/${user}`, { token: '', body: { password } });
      expect(answer).toMatchObject(refused('invalid username or password'));
    }
  });

  it('in a namespace returns a token for that namespace only', async () => {
    const [namespace, other] = await Promise.all([newNamespace(), newNamespace()]);
    const token = await loggedIn(await userpassMethod(namespace), namespace);
    expect((await lookupSelf(token, namespace)).body.data.namespace_path).toBe(`${namespace}/`);
    expect(await call('GET', 'sys/mounts', { token, namespace: other })).toMatchObject(NOT_AUTHORIZED);
  });
});

describe('the renewal of a token of a login', () => {
  const renew = (token: string, body = {}) => call('POST', 'auth/token/renew-self', { token, body });

  async function granted(token: string, body = {}): Promise<number> {
    return (await renew(token, body)).body.auth.lease_duration;
  }

  it('grants what the user may have now', async () => {
    const auth = await userpassMethod();
    const token = await loggedIn(auth);
    const set = (body: object) => must('POST', `${auth}/users/bob`, { body });
    expect(await granted(token)).toBe(600);
    await set({ token_ttl: '20m' });
    expect(await granted(token)).toBe(1_200);
    expect(await granted(token, { increment: '2m' })).toBe(120);
    await set({ token_period: '5m', token_max_ttl: '3m', token_ttl: 0 });
    expect(await granted(token)).toBe(180);
  });

  it('is refused when the user has other policies, and does nothing when there is no user', async () => {
    const auth = await userpassMethod(undefined, ['a']);
    const token = await loggedIn(auth);
    const set = (token_policies: string) => must('POST', `${auth}/users/bob`, { body: { token_policies } });
    await set('default,a');
    expect((await renew(token)).status).toBe(200);
    await set('a,b');
    // The status is 500 at the reference.
    expect((await renew(token)).body.errors).toEqual([
      wrapped('failed to renew entry: policies have changed, not renewing'),
    ]);
    await must('DELETE', `${auth}/users/bob`);
    expect(await renew(token)).toMatchObject({ status: 204, text: '' });
  });

  it('is refused past the maximum that the user or the method has now, and the token stays valid', async () => {
    const auth = await userpassMethod();
    const token = await loggedIn(auth);
    await delay(1_100);
    const refusedBy = async (lower: () => Promise<unknown>) => {
      await lower();
      // The status is 500 at the reference.
      expect((await renew(token)).body.errors).toEqual([wrapped('past the max TTL, cannot renew')]);
    };
    await refusedBy(() =>
      must('POST', `${auth}/users/bob`, { body: { token_ttl: '1s', token_max_ttl: '1s' } }),
    );
    await must('POST', `${auth}/users/bob`, { body: { token_ttl: '10m', token_max_ttl: 0 } });
    await refusedBy(() =>
      must('POST', `sys/${auth}/tune`, { body: { default_lease_ttl: '1s', max_lease_ttl: '1s' } }),
    );
    expect((await lookupSelf(token)).status).toBe(200);
  });

  it('has no effect on what the token itself has: its policies, uses and addresses', async () => {
    const auth = await authMethod('approle');
    const role = `${auth}/role/web`;
    await must('POST', role, { body: { token_policies: 'a', token_num_uses: 9, token_ttl: '1h' } });
    const { role_id } = (await must('GET', `${role}/role-id`)).body.data;
    const { secret_id } = (await must('POST', `${role}/secret-id`)).body.data;
    const login = await must('POST', `${auth}/login`, { token: '', body: { role_id, secret_id } });
    const token = login.body.auth.client_token;
    await must('POST', role, {
      body: { token_policies: 'b', token_num_uses: 1, token_bound_cidrs: '192.0.2.0/24', token_period: '2h' },
    });
    expect((await renew(token)).body.auth).toMatchObject({
      policies: ['a', 'default'],
      lease_duration: 7_200,
    });
    const { data } = (await lookupSelf(token)).body;
    expect(data).toMatchObject({ num_uses: 7, policies: ['a', 'default'] });
    expect(data.bound_cidrs).toBeUndefined();
  });

  it('is refused when the role of approle was deleted', async () => {
    const auth = await authMethod('approle');
    const role = `${auth}/role/web`;
    await must('POST', role, { body: { token_policies: 'a', token_ttl: '1h' } });
    const { role_id } = (await must('GET', `${role}/role-id`)).body.data;
    const { secret_id } = (await must('POST', `${role}/secret-id`)).body.data;
    const token = (await must('POST', `${auth}/login`, { token: '', body: { role_id, secret_id } })).body.auth
      .client_token;
    await must('POST', role, { body: { token_policies: 'b', token_ttl: '10m' } });
    expect(await granted(token)).toBe(600);
    await must('DELETE', role);
    expect((await renew(token)).body.errors).toEqual([
      wrapped('failed to renew entry: role "web" does not exist during renewal'),
    ]);
  });
});

it('a periodic token of a login is granted no more than the maximum of its user', async () => {
  const auth = await userpassMethod();
  await must('POST', `${auth}/users/bob`, {
    body: { token_period: '1h', token_max_ttl: '30m', token_ttl: 0 },
  });
  const { body } = await login(auth);
  expect(body.auth.lease_duration).toBe(1_800);
  expect(body.warnings).toEqual([
    'period of "1h" exceeded the effective max_ttl of "30m"; period value is capped accordingly',
  ]);
});
