/** Auth methods: enabling, listing, logging in, disabling (contract §3, §8). */

import { describe, expect, it } from 'vitest';
import { loggedIn, login, lookupSelf, PASSWORD, userpassMethod } from './credentials.ts';
import { authMethod, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { mountObject, mountPaths } from './snapshots.ts';
import { NOT_AUTHENTICATED, NOT_AUTHORIZED, refused } from './texts.ts';

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
