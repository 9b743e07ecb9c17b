/** userpass: users, their logins, and the lockout (contract §8.1). */

import { hashSync } from 'bcryptjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { lookupSelf, TOKEN_SETTINGS, userpassMethod } from './credentials.ts';
import { authMethod, must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { type Answer, call } from './http.ts';
import { failed, NOT_AUTHENTICATED, NOT_AUTHORIZED, NOT_FOUND, refused } from './texts.ts';

const PASSWORD = unique('password');
const BAD = refused('invalid username or password');

let auth: string;
beforeAll(async () => {
  auth = await authMethod('userpass');
});

function write(user: string, body: object): Promise<Answer> {
  return call('POST', `${auth}/users/${user}`, { body });
}

function logIn(user: string, body: object = { password: PASSWORD }): Promise<Answer> {
  return call('POST', `${auth}/login/${user}`, { token: '', body });
}

describe('a user of userpass', () => {
  it('has the ten settings of its tokens and nothing of its password', async () => {
    expect(await write('plain', { password: PASSWORD })).toMatchObject({ status: 204, text: '' });
    expect((await must('GET', `${auth}/users/plain`)).body.data).toEqual(TOKEN_SETTINGS);
  });

  it('keeps what is sent, and what a later write does not name', async () => {
    const settings = {
      token_policies: ['a', 'b'],
      token_ttl: 600,
      token_max_ttl: 3_600,
      token_period: 60,
      token_num_uses: 7,
      token_bound_cidrs: ['10.0.0.0/8'],
      token_explicit_max_ttl: 7_200,
      token_no_default_policy: true,
      token_type: 'service',
    };
    await must('POST', `${auth}/users/full`, { body: { password: PASSWORD, ...settings } });
    expect((await must('GET', `${auth}/users/full`)).body.data).toEqual({ ...TOKEN_SETTINGS, ...settings });
    await must('PUT', `${auth}/users/full`, {
      body: { token_policies: 'c,d', token_num_uses: 0, token_ttl: '1m' },
    });
    expect((await must('GET', `${auth}/users/full`)).body.data).toEqual({
      ...settings,
      token_strictly_bind_ip: false,
      token_policies: ['c', 'd'],
      token_num_uses: 0,
      token_ttl: 60,
    });
  });

  it('takes the older names, and shows them for that', async () => {
    await must('POST', `${auth}/users/old`, {
      body: { password: PASSWORD, policies: 'a', ttl: '5m', max_ttl: '10m' },
    });
    const older = { policies: ['a'], ttl: 300, max_ttl: 600 };
    const newer = { token_policies: ['a'], token_ttl: 300, token_max_ttl: 600 };
    expect((await must('GET', `${auth}/users/old`)).body.data).toEqual({
      ...TOKEN_SETTINGS,
      ...older,
      ...newer,
    });
  });

  it('is written, read and logged in by its name in small letters', async () => {
    await must('POST', `${auth}/users/BoB`, { body: { password: PASSWORD } });
    await must('GET', `${auth}/users/bob`);
    expect((await logIn('BOB')).body.auth.metadata).toEqual({ username: 'bob' });
    await must('DELETE', `${auth}/users/Bob`);
    expect(await call('GET', `${auth}/users/bob`)).toMatchObject(NOT_FOUND);
  });

  it('is listed in order, and deleted without its tokens', async () => {
    const own = await authMethod('userpass');
    expect(await call('GET', `${own}/users?list=true`)).toMatchObject(NOT_FOUND);
    for (const name of ['carl', 'ann', 'bob'])
      await must('POST', `${own}/users/${name}`, { body: { password: PASSWORD } });
    expect((await must('GET', `${own}/users?list=true`)).body.data).toEqual({ keys: ['ann', 'bob', 'carl'] });
    const login = await call('POST', `${own}/login/ann`, { token: '', body: { password: PASSWORD } });
    expect(await call('DELETE', `${own}/users/ann`)).toMatchObject({ status: 204, text: '' });
    expect(await call('DELETE', `${own}/users/ann`)).toMatchObject({ status: 204, text: '' });
    expect(await call('GET', `${own}/users/ann`)).toMatchObject(NOT_FOUND);
    expect(await lookupSelf(login.body.auth.client_token)).toMatchObject({ status: 200 });
  });

  it('has its policies changed alone, by either name', async () => {
    await write('policies', { password: PASSWORD, token_ttl: '1m' });
    for (const [name, policy] of [
      ['token_policies', 'one'],
      ['policies', 'two'],
    ] as const) {
      const answer = await call('POST', `${auth}/users/policies/policies`, { body: { [name]: [policy] } });
      expect(answer).toMatchObject({ status: 204, text: '' });
      const { data } = (await must('GET', `${auth}/users/policies`)).body;
      expect(data).toMatchObject({ token_policies: [policy], token_ttl: 60 });
    }
  });

  it('has another password from then on', async () => {
    await write('changed', { password: PASSWORD });
    const path = `${auth}/users/changed/password`;
    expect(await call('POST', path, { body: { password: 'another' } })).toMatchObject({
      status: 204,
      text: '',
    });
    expect(await logIn('changed')).toMatchObject(BAD);
    expect(await logIn('changed', { password: 'another' })).toMatchObject({ status: 200 });
    await must('POST', path, { body: { password_hash: hashSync(PASSWORD, 4) } });
    expect(await logIn('changed')).toMatchObject({ status: 200 });
  });

  it('is created with one capability and changed with another', async () => {
    const token = await tokenWith(policyOf([`${auth}/users/*`, 'create']));
    const sent = { token, body: { password: PASSWORD } };
    expect(await call('POST', `${auth}/users/created`, sent)).toMatchObject({ status: 204 });
    expect(await call('POST', `${auth}/users/created`, sent)).toMatchObject(NOT_AUTHORIZED);
  });

  it.each<[what: string, body: object, text: string]>([
    ['without a password', {}, 'must provide either password or password_hash'],
    [
      'with a password and a hash',
      { password: PASSWORD, password_hash: hashSync(PASSWORD, 4) },
      'only one of password or password_hash may be provided',
    ],
  ])('is not created %s', async (_, body, text) => {
    expect(await write('refused', body)).toMatchObject(refused(text));
    expect(await call('GET', `${auth}/users/refused`)).toMatchObject(NOT_FOUND);
  });

  it.each(['password', 'policies'])('that does not exist has no %s to change', async (what) => {
    const body = { password: PASSWORD, policies: 'a' };
    expect(await call('POST', `${auth}/users/absent/${what}`, { body })).toMatchObject(
      failed('username does not exist'),
    );
  });

  it.each(['-bob', 'bob-', 'b+b', 'b%20b', '.', 'b!'])('cannot be called %s', async (name) => {
    const answer = await call('POST', `${auth}/users/${name}`, { body: { password: PASSWORD } });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
  });

  it.each(['b', 'b_b', 'b.b', 'b@b.b', 'b-b'])('may be called %s', async (name) => {
    expect(await write(name, { password: PASSWORD })).toMatchObject({ status: 204 });
    expect(await logIn(name)).toMatchObject({ status: 200 });
  });
});

describe('a login by userpass', () => {
  it('answers a token of that user, and no data', async () => {
    await write('ann', { password: PASSWORD, token_policies: ['a'], token_ttl: '10m' });
    const { status, body } = await logIn('ann');
    expect(status).toBe(200);
    expect(body.data).toBeNull();
    expect(body.auth).toMatchObject({
      accessor: expect.any(String),
      policies: ['a', 'default'],
      token_policies: ['a', 'default'],
      metadata: { username: 'ann' },
      lease_duration: 600,
      renewable: true,
      token_type: 'service',
      orphan: true,
      mfa_requirement: null,
      num_uses: 0,
    });
  });

  it('gives the token the settings of the user', async () => {
    await write('limited', {
      password: PASSWORD,
      token_no_default_policy: true,
      token_policies: 'a',
      token_num_uses: 1,
    });
    const { auth: limited } = (await logIn('limited')).body;
    expect(limited).toMatchObject({ policies: ['a'], num_uses: 1 });
    await write('periodic', { password: PASSWORD, token_period: '5m', token_type: 'service' });
    const { auth: periodic } = (await logIn('periodic')).body;
    expect((await lookupSelf(periodic.client_token)).body.data).toMatchObject({
      period: 300,
      creation_ttl: 300,
    });
    await write('batch', { password: PASSWORD, token_type: 'batch' });
    expect((await logIn('batch')).body.auth).toMatchObject({ token_type: 'batch', renewable: false });
  });

  it('in a namespace is named after the whole path of the method', async () => {
    const namespace = await newNamespace();
    const method = await userpassMethod(namespace);
    await must('POST', `${method}/users/eve`, { namespace, body: { password: PASSWORD } });
    const sent = { token: '', namespace, body: { password: PASSWORD } };
    const { client_token } = (await call('POST', `${method}/login/eve`, sent)).body.auth;
    expect((await lookupSelf(client_token, namespace)).body.data).toMatchObject({
      display_name: `${namespace}-${method.replaceAll('/', '-')}-eve`,
      path: `${method}/login/eve`,
      orphan: true,
    });
  });

  it('without a password is an error of the server', async () => {
    expect(await logIn('ann', {})).toMatchObject({ status: 500, body: { errors: ['missing password'] } });
  });

  it('is over for fifteen minutes after the fifth bad password, for the right one too', async () => {
    await write('locked', { password: PASSWORD });
    for (let i = 0; i < 5; i++) expect(await logIn('locked', { password: 'wrong' })).toMatchObject(BAD);
    for (const password of ['wrong', PASSWORD])
      expect(await logIn('locked', { password })).toMatchObject(NOT_AUTHENTICATED);
    expect(await logIn('ann')).toMatchObject({ status: 200 });
  });

  it('that succeeds makes earlier bad passwords forgotten', async () => {
    await write('forgetful', { password: PASSWORD });
    for (const _ of [1, 2]) {
      for (let i = 0; i < 4; i++) expect(await logIn('forgetful', { password: 'wrong' })).toMatchObject(BAD);
      expect(await logIn('forgetful')).toMatchObject({ status: 200 });
    }
  });
});
