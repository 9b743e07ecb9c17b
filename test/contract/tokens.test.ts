/** Tokens: making, looking up, renewing, revoking (contract §6). */

import { describe, expect, it } from 'vitest';
import { lookupSelf } from './credentials.ts';
import { must, newNamespace, policyOf, tokenWith } from './fresh.ts';
import { call } from './http.ts';
import { NOT_AUTHENTICATED, NOT_AUTHORIZED, refused, wrapped } from './texts.ts';

async function create(fields: object, token?: string): Promise<string> {
  const { body } = await must('POST', 'auth/token/create', { body: fields, ...(token ? { token } : {}) });
  return body.auth.client_token;
}

describe('a token', () => {
  it('is made with what it is to be, and shows it', async () => {
    const body = {
      policies: ['default'],
      ttl: '1h',
      display_name: 'my token!',
      meta: { a: 'b' },
      num_uses: 5,
    };
    const { auth, data } = (await must('POST', 'auth/token/create', { body })).body;
    expect(data).toBeNull();
    expect(auth).toMatchObject({
      policies: ['default'],
      token_policies: ['default'],
      metadata: { a: 'b' },
      lease_duration: 3_600,
      renewable: true,
      token_type: 'service',
      orphan: false,
      num_uses: 5,
    });
    const self = (await lookupSelf(auth.client_token)).body.data;
    expect(self).toMatchObject({
      id: auth.client_token,
      accessor: auth.accessor,
      path: 'auth/token/create',
      display_name: expect.stringMatching(/^token-my-token/),
      creation_ttl: 3_600,
      type: 'service',
    });
    const byAccessor = await must('POST', 'auth/token/lookup-accessor', {
      body: { accessor: auth.accessor },
    });
    expect(byAccessor.body.data).toMatchObject({ id: '', accessor: auth.accessor });
  });

  it('of the root never expires', async () => {
    expect((await must('GET', 'auth/token/lookup-self')).body.data).toMatchObject({
      policies: ['root'],
      ttl: 0,
      expire_time: null,
    });
  });

  it('dies with its parent, unless it is an orphan', async () => {
    const policy = policyOf(['auth/token/create', 'create', 'update', 'sudo']);
    const parent = await tokenWith(policy);
    const child = await create({}, parent);
    const grandchild = await create({ policies: ['default'] }, child).catch(() => child);
    const orphan = await create({ no_parent: true }, parent);
    expect((await call('POST', 'auth/token/revoke', { body: { token: parent } })).status).toBe(204);
    for (const dead of [parent, child, grandchild])
      expect(await lookupSelf(dead)).toMatchObject(NOT_AUTHENTICATED);
    expect(await lookupSelf(orphan)).toMatchObject({ status: 200 });
  });

  it('is good for as many requests as it was made for', async () => {
    const token = await create({ policies: ['default'], num_uses: 2 });
    expect(await lookupSelf(token)).toMatchObject({ status: 200 });
    expect(await call('GET', 'sys/mounts', { token })).toMatchObject(NOT_AUTHORIZED);
    expect(await lookupSelf(token)).toMatchObject(NOT_AUTHENTICATED);
  });

  it('is renewed, or is not renewable', async () => {
    const token = await create({ policies: ['default'], ttl: '1m' });
    const { body } = await must('POST', 'auth/token/renew-self', { token, body: { increment: '2m' } });
    expect(body.auth).toMatchObject({ client_token: token, lease_duration: 120, renewable: true });
    const fixed = await create({ policies: ['default'], renewable: false });
    const answer = await call('POST', 'auth/token/renew', { body: { token: fixed } });
    expect(answer).toMatchObject(refused('lease is not renewable'));
  });

  it('revokes itself', async () => {
    const token = await create({ policies: ['default'] });
    expect((await call('POST', 'auth/token/revoke-self', { token })).status).toBe(204);
    expect(await lookupSelf(token)).toMatchObject(NOT_AUTHENTICATED);
  });

  it('that is unknown is bad to look up, and revoked all the same', async () => {
    const lookup = await call('POST', 'auth/token/lookup', { body: { token: 'nobody' } });
    expect(lookup).toMatchObject({ status: 403, body: { errors: ['bad token'] } });
    expect((await call('POST', 'auth/token/revoke', { body: { token: 'nobody' } })).status).toBe(204);
    const accessor = await call('POST', 'auth/token/lookup-accessor', { body: { accessor: 'nobody' } });
    expect(accessor).toMatchObject({ status: 400, body: { errors: [wrapped('invalid accessor')] } });
  });

  it('cannot make one with more rights', async () => {
    const token = await tokenWith(policyOf(['auth/token/create', 'update']));
    const more = await call('POST', 'auth/token/create', { token, body: { policies: ['other'] } });
    expect(more).toMatchObject(refused('child policies must be subset of parent'));
    const root = await call('POST', 'auth/token/create', { token, body: { policies: ['root'] } });
    expect(root.status).toBe(400);
  });

  it('of a namespace says so, and is nothing outside', async () => {
    const namespace = await newNamespace();
    const token = await tokenWith(policyOf(['*', 'read', 'list', 'sudo']), namespace);
    expect((await lookupSelf(token, namespace)).body.data.namespace_path).toBe(`${namespace}/`);
    expect(await call('GET', 'sys/mounts', { token, namespace })).toMatchObject({ status: 200 });
    expect(await call('GET', 'sys/mounts', { token })).toMatchObject(NOT_AUTHORIZED);
  });
});
