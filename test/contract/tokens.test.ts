/** Tokens: creating, looking up, renewing, revoking (contract §6). */

import { describe, expect, it } from 'vitest';
import { lookupSelf } from './credentials.ts';
import { must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { NOT_AUTHENTICATED, NOT_AUTHORIZED, refused, wrapped } from './texts.ts';

async function create(fields: object, token?: string): Promise<string> {
  const { body } = await must('POST', 'auth/token/create', { body: fields, ...(token ? { token } : {}) });
  return body.auth.client_token;
}

describe('a token', () => {
  it('is created with the requested settings, and shows them', async () => {
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
      entity_id: '',
      mfa_requirement: null,
    });
    const self = (await lookupSelf(auth.client_token)).body.data;
    expect(self).toMatchObject({
      id: auth.client_token,
      accessor: auth.accessor,
      path: 'auth/token/create',
      display_name: expect.stringMatching(/^token-my-token/),
      policies: ['default'],
      meta: { a: 'b' },
      num_uses: 4,
      orphan: false,
      creation_time: expect.any(Number),
      creation_ttl: 3_600,
      ttl: expect.any(Number),
      explicit_max_ttl: 0,
      entity_id: '',
      type: 'service',
      renewable: true,
    });
    expect(Date.parse(self.expire_time) - Date.parse(self.issue_time)).toBe(3_600_000);
    const byAccessor = await must('POST', 'auth/token/lookup-accessor', {
      body: { accessor: auth.accessor },
    });
    expect(byAccessor.body.data).toMatchObject({ id: '', accessor: auth.accessor });
  });

  it('that is the root token never expires', async () => {
    expect((await must('GET', 'auth/token/lookup-self')).body.data).toMatchObject({
      policies: ['root'],
      ttl: 0,
      expire_time: null,
      issue_time: expect.any(String),
      renewable: false,
    });
  });

  it('is revoked with its parent, unless it is an orphan', async () => {
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

  it('is valid for as many requests as its num_uses', async () => {
    const token = await create({ policies: ['default'], num_uses: 2 });
    expect(await lookupSelf(token)).toMatchObject({ status: 200 });
    expect(await call('GET', 'sys/mounts', { token })).toMatchObject(NOT_AUTHORIZED);
    expect(await lookupSelf(token)).toMatchObject(NOT_AUTHENTICATED);
  });

  it('shows the uses that are left, and -1 with the last of them', async () => {
    const token = await create({ policies: ['default'], num_uses: 3 });
    const shown = [];
    for (let use = 0; use < 3; use++) shown.push((await lookupSelf(token)).body.data.num_uses);
    expect(shown).toEqual([2, 1, -1]);
  });

  it('is renewed, unless it is not renewable', async () => {
    const token = await create({ policies: ['default'], ttl: '1m' });
    const { body } = await must('POST', 'auth/token/renew-self', { token, body: { increment: '2m' } });
    expect(body.auth).toMatchObject({ client_token: token, lease_duration: 120, renewable: true });
    const again = await must('POST', 'auth/token/renew-self', { token });
    expect(again.body.auth).toMatchObject({ lease_duration: 120 });
    const fixed = await create({ policies: ['default'], renewable: false });
    const answer = await call('POST', 'auth/token/renew', { body: { token: fixed } });
    expect(answer).toMatchObject(refused('lease is not renewable'));
  });

  it('revokes itself', async () => {
    const token = await create({ policies: ['default'] });
    expect((await call('POST', 'auth/token/revoke-self', { token })).status).toBe(204);
    expect(await lookupSelf(token)).toMatchObject(NOT_AUTHENTICATED);
  });

  it('that is unknown cannot be looked up, and revoking it is no error', async () => {
    const lookup = await call('POST', 'auth/token/lookup', { body: { token: 'nobody' } });
    expect(lookup).toMatchObject({ status: 403, body: { errors: ['bad token'] } });
    expect((await call('POST', 'auth/token/revoke', { body: { token: 'nobody' } })).status).toBe(204);
    const accessor = await call('POST', 'auth/token/lookup-accessor', { body: { accessor: 'nobody' } });
    expect(accessor).toMatchObject({ status: 400, body: { errors: [wrapped('invalid accessor')] } });
  });

  it('has the requested policies, and the default one', async () => {
    const policies = async (fields: object, token?: string): Promise<string[]> =>
      (await must('POST', 'auth/token/create', { body: fields, ...(token ? { token } : {}) })).body.auth
        .policies;
    const maker = unique('policy');
    const rules = policyOf(['auth/token/create', 'update']);
    await must('PUT', `sys/policies/acl/${maker}`, { body: { policy: rules } });
    const parent = await create({ policies: [maker, 'default', 'b'] });
    expect(await policies({}, parent)).toEqual(['b', 'default', maker]);
    expect(await policies({ policies: ['b'] }, parent)).toEqual(['b', 'default']);
    expect(await policies({ policies: ['b'], no_default_policy: true }, parent)).toEqual(['b']);
    expect(await policies({ policies: [' B', 'a', 'b'] })).toEqual(['a', 'b', 'default']);
    expect(await policies({ policies: ['a', 'root'] })).toEqual(['root']);
    expect(await policies({ policies: 'a, b' })).toEqual(['a, b', 'default']);
    expect(await policies({ policies: '' })).toEqual(['root']);
  });

  it('may have a policy that does not exist, with a warning', async () => {
    const name = unique('ghost');
    const { body } = await must('POST', 'auth/token/create', { body: { policies: [name] } });
    expect(body.auth.policies).toEqual(['default', name]);
    expect(body.warnings).toEqual([`Policy "${name}" does not exist`]);
  });

  it('lives as long as the system and its own maximum allow', async () => {
    const cases: [fields: object, seconds: number, capped: string | undefined][] = [
      [{}, 2_764_800, undefined],
      [{ ttl: '90m' }, 5_400, undefined],
      [{ ttl: '1000h' }, 2_764_800, 'TTL of "1000h" exceeded the effective max_ttl of "768h"'],
      [{ ttl: '2h', explicit_max_ttl: '1h' }, 3_600, 'TTL of "2h" exceeded the effective max_ttl of "1h"'],
      [{ explicit_max_ttl: '90m' }, 5_400, 'TTL of "768h" exceeded the effective max_ttl of "1h30m"'],
      [{ period: '30m', ttl: '2h' }, 1_800, undefined],
      [{ period: '1000h' }, 2_764_800, 'period of "1000h" exceeded the effective max_ttl of "768h"'],
      [
        { period: '2h', explicit_max_ttl: '90s' },
        90,
        'period of "2h" exceeded the effective max_ttl of "1m30s"',
      ],
      [{ policies: ['root'], explicit_max_ttl: '1000h' }, 3_600_000, undefined],
    ];
    for (const [fields, seconds, capped] of cases) {
      const { auth, warnings } = (
        await must('POST', 'auth/token/create', { body: { policies: ['default'], ...fields } })
      ).body;
      expect(auth.lease_duration).toBe(seconds);
      const [what] = capped?.split(' ') ?? [];
      expect(warnings).toEqual(capped ? [`${capped}; ${what} value is capped accordingly`] : null);
    }
  });

  it('with a period has that TTL after every renewal, whatever is requested', async () => {
    const token = await create({ policies: ['default'], period: '30m' });
    const { body } = await must('POST', 'auth/token/renew-self', { token, body: { increment: '2h' } });
    expect(body.auth.lease_duration).toBe(1_800);
    expect((await lookupSelf(token)).body.data).toMatchObject({ period: 1_800, ttl: expect.any(Number) });
  });

  it('with a maximum of its own is not renewed beyond it', async () => {
    const token = await create({ policies: ['default'], ttl: '30m', explicit_max_ttl: '1h' });
    const { body } = await must('POST', 'auth/token/renew-self', { token, body: { increment: '2h' } });
    expect(body.auth.lease_duration).toBeLessThanOrEqual(3_600);
    expect(body.auth.lease_duration).toBeGreaterThan(3_500);
    expect(body.warnings[0]).toMatch(
      /^TTL of "2h" exceeded the effective max_ttl of ".*"; TTL value is capped/,
    );
    expect((await lookupSelf(token)).body.data).toMatchObject({ explicit_max_ttl: 3_600 });
  });

  it('is renewed and revoked by its accessor, which does not reveal it', async () => {
    const { auth } = (await must('POST', 'auth/token/create', { body: { policies: ['default'], ttl: '1h' } }))
      .body;
    const { accessor, client_token: token } = auth;
    const renewed = await must('POST', 'auth/token/renew-accessor', { body: { accessor, increment: '2h' } });
    expect(renewed.body.auth).toMatchObject({ client_token: '', accessor, lease_duration: 7_200 });
    expect((await must('GET', 'auth/token/accessors?list=true')).body.data.keys).toContain(accessor);
    expect((await call('POST', 'auth/token/revoke-accessor', { body: { accessor } })).status).toBe(204);
    expect(await lookupSelf(token)).toMatchObject(NOT_AUTHENTICATED);
    expect((await must('GET', 'auth/token/accessors?list=true')).body.data.keys).not.toContain(accessor);
  });

  it('needs sudo to see the accessors of others', async () => {
    const rules: Parameters<typeof policyOf> = [['auth/token/accessors/', 'list']];
    const token = await tokenWith(policyOf(...rules));
    expect(await call('GET', 'auth/token/accessors?list=true', { token })).toMatchObject(NOT_AUTHORIZED);
  });

  it('makes its children orphans when it is revoked alone', async () => {
    const parent = await tokenWith(policyOf(['auth/token/create*', 'create', 'update']));
    const child = await create({}, parent);
    const grandchild = await create({}, child);
    expect((await call('POST', 'auth/token/revoke-orphan', { body: { token: parent } })).status).toBe(204);
    expect(await lookupSelf(parent)).toMatchObject(NOT_AUTHENTICATED);
    expect((await lookupSelf(child)).body.data.orphan).toBe(true);
    expect((await lookupSelf(grandchild)).body.data.orphan).toBe(false);
    await must('POST', 'auth/token/revoke', { body: { token: child } });
    expect(await lookupSelf(grandchild)).toMatchObject(NOT_AUTHENTICATED);
  });

  it('created by create-orphan is an orphan, without sudo', async () => {
    const parent = await tokenWith(policyOf(['auth/token/create-orphan', 'update']));
    const { auth } = (await must('POST', 'auth/token/create-orphan', { token: parent, body: {} })).body;
    expect(auth.orphan).toBe(true);
    await must('POST', 'auth/token/revoke', { body: { token: parent } });
    expect((await lookupSelf(auth.client_token)).body.data.path).toBe('auth/token/create-orphan');
  });

  it('of a namespace shows it, and has no rights outside', async () => {
    const namespace = await newNamespace();
    const token = await tokenWith(policyOf(['*', 'read', 'list', 'sudo']), namespace);
    expect((await lookupSelf(token, namespace)).body.data.namespace_path).toBe(`${namespace}/`);
    expect(await call('GET', 'sys/mounts', { token, namespace })).toMatchObject({ status: 200 });
    expect(await call('GET', 'sys/mounts', { token })).toMatchObject(NOT_AUTHORIZED);
  });

  it('of a namespace can look itself up anywhere, and is found from a parent by its suffix', async () => {
    const namespace = await newNamespace();
    const { auth } = (
      await must('POST', 'auth/token/create', { namespace, body: { policies: ['default'], ttl: '1h' } })
    ).body;
    const { client_token: token, accessor } = auth;
    const { id } = (await must('GET', `sys/namespaces/${namespace}`)).body.data;
    for (const name of [token, accessor]) expect(name.endsWith(`.${id}`)).toBe(true);
    expect((await lookupSelf(token)).body.data.id).toBe(token);
    expect((await must('POST', 'auth/token/renew-self', { token })).body.auth.client_token).toBe(token);
    const found = await must('POST', 'auth/token/lookup', { body: { token } });
    expect(found.body.data).toMatchObject({ id: token, namespace_path: `${namespace}/` });
    expect((await call('POST', 'auth/token/revoke', { body: { token } })).status).toBe(204);
    expect(await lookupSelf(token, namespace)).toMatchObject(NOT_AUTHENTICATED);
  });
});
