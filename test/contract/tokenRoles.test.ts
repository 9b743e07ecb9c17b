/** Token roles: how they are written and read, and the tokens that are created with them (contract §6). */

import { describe, expect, it } from 'vitest';
import { lookupSelf } from './credentials.ts';
import { must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { improved, NOT_AUTHORIZED, NOT_FOUND, refused, wrapped } from './texts.ts';

const DEFAULTS = {
  allowed_entity_aliases: null,
  allowed_policies: [],
  allowed_policies_glob: [],
  disallowed_policies: [],
  disallowed_policies_glob: [],
  explicit_max_ttl: 0,
  orphan: false,
  path_suffix: '',
  period: 0,
  renewable: true,
  token_explicit_max_ttl: 0,
  token_no_default_policy: false,
  token_period: 0,
  token_type: 'default-service',
};

/** Writes a role under a name of its own. */
async function roleWith(fields: object): Promise<string> {
  const name = unique('role');
  expect((await call('POST', `auth/token/roles/${name}`, { body: fields })).status).toBe(204);
  return name;
}

const write = (name: string, body: object) => call('POST', `auth/token/roles/${name}`, { body });
const read = async (name: string) => (await must('GET', `auth/token/roles/${name}`)).body.data;

/** Creates a token with a role, as the root token unless another is given. */
const create = (role: string, body: object = {}, token?: string) =>
  call('POST', `auth/token/create/${role}`, { body, ...(token ? { token } : {}) });

async function created(role: string, body: object = {}, token?: string) {
  const answer = await create(role, body, token);
  expect(answer.status).toBe(200);
  return answer.body;
}

describe('a token role', () => {
  it('has defaults for everything', async () => {
    const name = await roleWith({});
    expect(await read(name)).toEqual({ ...DEFAULTS, name });
  });

  it('shows what it was written with, and keeps what is not sent again', async () => {
    const name = await roleWith({
      allowed_policies: 'B, a',
      allowed_policies_glob: ['X*', 'y*'],
      disallowed_policies: ['root', 'C '],
      disallowed_policies_glob: 'z*',
      allowed_entity_aliases: ['B', 'a'],
      orphan: true,
      path_suffix: 'v1.2',
      renewable: false,
      token_bound_cidrs: ['10.0.0.0/8', '127.0.0.1/32'],
      token_explicit_max_ttl: '1h',
      token_no_default_policy: true,
      token_num_uses: 3,
      token_period: '30m',
      token_type: 'service',
    });
    const shown = {
      name,
      allowed_policies: ['a', 'b'],
      allowed_policies_glob: ['x*', 'y*'],
      disallowed_policies: ['c', 'root'],
      disallowed_policies_glob: ['z*'],
      allowed_entity_aliases: ['a', 'b'],
      explicit_max_ttl: 0,
      orphan: true,
      path_suffix: 'v1.2',
      period: 0,
      renewable: false,
      token_bound_cidrs: ['10.0.0.0/8', '127.0.0.1'],
      token_explicit_max_ttl: 3_600,
      token_no_default_policy: true,
      token_num_uses: 3,
      token_period: 1_800,
      token_type: 'service',
    };
    expect(await read(name)).toEqual(shown);
    expect((await write(name, { renewable: true })).status).toBe(204);
    expect(await read(name)).toEqual({ ...shown, renewable: true });
  });

  it('has older names for three settings, until the new names are used', async () => {
    const name = await roleWith({ period: '10m', explicit_max_ttl: '20m', bound_cidrs: '127.0.0.0/8' });
    const settings = { token_period: 600, token_explicit_max_ttl: 1_200, token_bound_cidrs: ['127.0.0.0/8'] };
    const old = { period: 600, explicit_max_ttl: 1_200, bound_cidrs: ['127.0.0.0/8'] };
    expect(await read(name)).toEqual({ ...DEFAULTS, ...settings, ...old, name });
    await write(name, { token_period: '5m' });
    expect(await read(name)).toMatchObject({ token_period: 300, period: 0, explicit_max_ttl: 1_200 });
  });

  it('is listed and deleted in its namespace', async () => {
    const namespace = await newNamespace();
    expect(await call('GET', 'auth/token/roles?list=true', { namespace })).toMatchObject(NOT_FOUND);
    for (const name of ['b', 'A-1.x'])
      await must('POST', `auth/token/roles/${name}`, { namespace, body: {} });
    const { body } = await must('GET', 'auth/token/roles?list=true', { namespace });
    expect(body.data).toEqual({ keys: ['A-1.x', 'b'] });
    for (let i = 0; i < 2; i++)
      expect((await call('DELETE', 'auth/token/roles/b', { namespace })).status).toBe(204);
    expect(await call('GET', 'auth/token/roles/b', { namespace })).toMatchObject(NOT_FOUND);
    expect(await call('GET', 'auth/token/roles/A-1.x')).toMatchObject(NOT_FOUND);
  });

  it('is created by one who may create, and changed by one who may update', async () => {
    const name = unique('role');
    const path = `auth/token/roles/${name}`;
    const maker = await tokenWith(policyOf([path, 'create']));
    const changer = await tokenWith(policyOf([path, 'update']));
    expect(await call('POST', path, { token: changer, body: {} })).toMatchObject(NOT_AUTHORIZED);
    expect((await call('POST', path, { token: maker, body: {} })).status).toBe(204);
    expect(await call('POST', path, { token: maker, body: {} })).toMatchObject(NOT_AUTHORIZED);
    expect((await call('POST', path, { token: changer, body: {} })).status).toBe(204);
  });

  const suffix = 'given role path suffix contains invalid characters; must match \\w[\\w-.]+\\w';
  const batch = "'token_type' cannot be 'batch' when role is set to generate";
  it.each([
    [{ path_suffix: 'a b' }, suffix],
    [{ path_suffix: 'ab', token_type: 'strange' }, suffix],
    [{ token_type: 'strange', orphan: true }, 'invalid \'token_type\' value "strange"'],
    [{ token_type: '' }, 'invalid \'token_type\' value ""'],
    [
      { token_type: 'strange', token_num_uses: -1 },
      "error parsing role fields: 'token_num_uses' cannot be negative",
    ],
    [
      { token_bound_cidrs: 'nowhere' },
      'error parsing role fields: error parsing address "nowhere": Unable to convert "nowhere" to an IPv4 or IPv6 address, or a UNIX Socket',
    ],
    [{ token_type: 'batch', token_period: '1h' }, `${batch} non-orphan tokens`],
    [{ token_type: 'batch', orphan: true, token_period: '1h' }, `${batch} periodic tokens`],
    [{ token_type: 'batch', orphan: true, token_explicit_max_ttl: 9 }, `${batch} renewable tokens`],
    [
      { token_type: 'batch', orphan: true, renewable: false, token_explicit_max_ttl: 9 },
      `${batch} tokens with an explicit max TTL`,
    ],
  ])('is refused with %j', async (fields, text) => {
    const name = unique('role');
    expect(await write(name, fields)).toMatchObject(refused(text));
    expect(await call('GET', `auth/token/roles/${name}`)).toMatchObject(NOT_FOUND);
  });

  it('may have a maximum above that of its mount, with a warning', async () => {
    const answer = await write(unique('role'), { token_explicit_max_ttl: '1000h' });
    expect(answer.status).toBe(200);
    expect(answer.body.warnings[0]).toMatch(/^Given explicit max TTL of 3600000 is greater than .* 2764800/);
  });

  it.each(['a/b', '.a', 'a-', 'a@b.c'])('cannot be named %s', async (name) => {
    const unsupported = { status: 404, body: { errors: [wrapped('unsupported path')] } };
    expect(await write(name, {})).toMatchObject(unsupported);
    expect(await create(name)).toMatchObject(unsupported);
  });
});

describe('a token that is created with a role', () => {
  it('shows the role, and has the suffix in its path and its lease', async () => {
    const name = await roleWith({ path_suffix: 'team.a' });
    const { auth } = await created(name, { policies: ['default'] });
    const path = `auth/token/create/${name}/team.a`;
    const { data } = (await lookupSelf(auth.client_token)).body;
    expect(data).toMatchObject({ role: name, path, orphan: false });
    expect((await must('GET', `sys/leases/lookup/${path}?list=true`)).body.data.keys).toHaveLength(1);
    await must('PUT', `sys/leases/revoke-prefix/${path}`, { body: { sync: true } });
    expect((await lookupSelf(auth.client_token)).status).toBe(403);
  });

  it('has policies that the role allows, whatever its parent has', async () => {
    const name = await roleWith({ allowed_policies: 'a,b', allowed_policies_glob: 'dev-*-x,*end' });
    const parent = await tokenWith(policyOf([`auth/token/create/${name}`, 'update']));
    const policies = async (body: object) => (await created(name, body, parent)).auth.policies;
    expect(await policies({})).toEqual(['a', 'b', 'default']);
    expect(await policies({ no_default_policy: true })).toEqual(['a', 'b']);
    expect(await policies({ policies: ['dev-1-x', 'front-end'] })).toEqual([
      'default',
      'dev-1-x',
      'front-end',
    ]);
    expect(await create(name, { policies: ['dev-1'] }, parent)).toMatchObject(
      refused(
        `token policies (["default" "dev-1"]) must be subset of the role's allowed policies (["a" "b" "default"]) or glob policies (["*end" "dev-*-x"])`,
      ),
    );
  });

  it('has none that the role disallows', async () => {
    const name = await roleWith({ disallowed_policies: 'secret', disallowed_policies_glob: 'adm*,roo*' });
    for (const policy of ['secret', 'admin', 'root'])
      expect(await create(name, { policies: [policy] })).toMatchObject(
        refused(`token policy "${policy}" is disallowed by this role`),
      );
    expect((await created(name, { policies: ['other'] })).auth.policies).toEqual(['default', 'other']);
    const plain = await roleWith({ allowed_policies: 'a', disallowed_policies: 'default' });
    expect((await created(plain)).auth.policies).toEqual(['a']);
    const bare = await roleWith({ allowed_policies: 'a', token_no_default_policy: true });
    expect((await created(bare)).auth.policies).toEqual(['a']);
  });

  it('has those of its parent where the role has no rules', async () => {
    const name = await roleWith({ orphan: true });
    const parent = await tokenWith(policyOf([`auth/token/create/${name}`, 'update']));
    const { auth } = await created(name, { no_parent: true }, parent);
    expect(auth).toMatchObject({ orphan: true, policies: expect.arrayContaining(['default']) });
    expect(await create(name, { policies: ['other'] }, parent)).toMatchObject(
      refused('child policies must be subset of parent'),
    );
    await must('POST', 'auth/token/revoke', { body: { token: parent } });
    expect((await lookupSelf(auth.client_token)).status).toBe(200);
  });

  it('is of the type, and has the uses, of the role', async () => {
    const batch = await roleWith({ token_type: 'batch', orphan: true, renewable: false });
    expect((await created(batch, { policies: ['a'], type: 'service' })).auth.token_type).toBe('batch');
    const either = await roleWith({ token_type: 'default-batch' });
    expect((await created(either, { policies: ['a'] })).auth.token_type).toBe('batch');
    expect((await created(either, { policies: ['a'], type: 'service' })).auth.token_type).toBe('service');
    const service = await roleWith({ token_type: 'service', token_num_uses: 3, renewable: false });
    const { auth } = await created(service, { policies: ['a'], type: 'batch', num_uses: 7, renewable: true });
    expect(auth).toMatchObject({ token_type: 'service', num_uses: 3, renewable: false });
    expect((await created(service, { policies: ['a'], num_uses: 2 })).auth.num_uses).toBe(2);
  });

  it('lives for the lesser of what the role and the request say', async () => {
    const name = await roleWith({ token_period: '100s', token_explicit_max_ttl: '200s' });
    const { auth, warnings } = await created(name, {
      policies: ['default'],
      period: '300s',
      explicit_max_ttl: '90s',
    });
    expect(auth.lease_duration).toBe(90);
    expect(warnings).toEqual([
      'Explicit max TTL specified both during creation call and in role; using the lesser value of 90 seconds',
      'Period specified both during creation call and in role; using the lesser value of 100 seconds',
      'period of "1m40s" exceeded the effective max_ttl of "1m30s"; period value is capped accordingly',
    ]);
    expect((await lookupSelf(auth.client_token)).body.data).toMatchObject({
      explicit_max_ttl: 90,
      period: 300,
      creation_ttl: 90,
    });
    const other = await created(name, { policies: ['default'], ttl: '5s' });
    expect(other.auth.lease_duration).toBe(100);
    const { data } = (await lookupSelf(other.auth.client_token)).body;
    expect(data).toMatchObject({ explicit_max_ttl: 0 });
    expect(data).not.toHaveProperty('period');
  });

  it('is renewed as the role says then', async () => {
    const name = await roleWith({ token_period: '100s' });
    const { client_token: token } = (await created(name, { policies: ['default'] })).auth;
    const renewed = async (body: object = {}) =>
      (await must('POST', 'auth/token/renew-self', { token, body })).body.auth.lease_duration;
    await write(name, { token_period: '150s' });
    expect(await renewed({ increment: 5 })).toBe(150);
    await write(name, { token_period: 0 });
    expect(await renewed()).toBe(150);
    expect(await renewed({ increment: 5 })).toBe(5);
  });

  improved('keeps limits of its own when it is renewed', async () => {
    const name = await roleWith({ token_period: '1h' });
    const limits = { policies: ['default'], explicit_max_ttl: '2h', period: '1h' };
    const { client_token: token } = (await created(name, limits)).auth;
    await write(name, { token_period: 0 });
    const { auth } = (await must('POST', 'auth/token/renew-self', { token, body: { increment: '9h' } })).body;
    expect(auth.lease_duration).toBe(3_600);
  });

  it('is not renewed once the role is deleted, and stays valid', async () => {
    const name = await roleWith({ token_period: '1h' });
    const { client_token: token } = (await created(name, { policies: ['default'] })).auth;
    await must('DELETE', `auth/token/roles/${name}`);
    // The status is 500 at the reference.
    expect((await call('POST', 'auth/token/renew-self', { token })).body.errors).toEqual([
      wrapped(`failed to renew entry: original token role "${name}" could not be found, not renewing`),
    ]);
    expect((await lookupSelf(token)).status).toBe(200);
  });

  it('is refused as without one, and for an unknown role first of all', async () => {
    const name = await roleWith({});
    const token = await tokenWith(policyOf(['auth/token/create/*', 'update']));
    const ghost = unique('ghost');
    expect(await create(ghost, { type: 'strange' }, token)).toMatchObject(refused(`unknown role ${ghost}`));
    for (const [body, text] of [
      [{ type: 'strange' }, "invalid 'token_type' value"],
      [{ period: '1h' }, 'root or sudo privileges required to create periodic token'],
      [{ id: 'chosen-by-the-client' }, 'root or sudo privileges required to specify token id'],
      [{ entity_alias: 'me' }, "invalid 'entity_alias' value"],
    ] as const)
      expect(await create(name, body, token)).toMatchObject(refused(text));
  });
});
