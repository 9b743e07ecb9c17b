/** approle: roles, secret-ids and logins (contract §8.2). */

import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { lookupSelf, TOKEN_SETTINGS } from './credentials.ts';
import { authMethod, must, newNamespace, unique } from './fresh.ts';
import { type Answer, call } from './http.ts';
import { move } from './moving.ts';
import { failed, improved, NOT_FOUND, refused, UUID, wrapped } from './texts.ts';

const ROLE = {
  bind_secret_id: true,
  secret_id_bound_cidrs: null,
  secret_id_num_uses: 0,
  secret_id_ttl: 0,
  local_secret_ids: false,
  ...TOKEN_SETTINGS,
};

const { isReference } = inject('target');

/** A range for documentation: no client has such an address. */
const ELSEWHERE = '192.0.2.0/24';

let auth: string;
beforeAll(async () => {
  auth = await authMethod('approle');
  await must('POST', `${auth}/role/web`, { body: { token_ttl: '10m' } });
  await must('POST', `${auth}/role/limited`, { body: { secret_id_num_uses: 5, secret_id_ttl: '1h' } });
  await must('POST', `${auth}/role/open`, {
    body: { bind_secret_id: false, secret_id_bound_cidrs: '0.0.0.0/0,::/0' },
  });
});

function post(path: string, body: object = {}): Promise<Answer> {
  return call('POST', `${auth}/role/${path}`, { body });
}

async function roleId(role: string): Promise<string> {
  return (await must('GET', `${auth}/role/${role}/role-id`)).body.data.role_id;
}

interface SecretId {
  secret_id: string;
  secret_id_accessor: string;
}

async function newSecretId(role: string, body: object = {}): Promise<SecretId> {
  return (await must('POST', `${auth}/role/${role}/secret-id`, { body })).body.data;
}

async function logIn(role: string, secret_id?: string): Promise<Answer> {
  const body = { role_id: await roleId(role), ...(secret_id !== undefined && { secret_id }) };
  return call('POST', `${auth}/login`, { token: '', body });
}

describe('a role', () => {
  it('has defaults for the fields that are not sent', async () => {
    expect(await post('plain')).toMatchObject({ status: 204, text: '' });
    expect((await must('GET', `${auth}/role/plain`)).body.data).toEqual(ROLE);
    expect(await roleId('plain')).toMatch(UUID);
  });

  it('stores what is sent; a later write keeps the fields that it does not name', async () => {
    const first = {
      secret_id_num_uses: 4,
      secret_id_ttl: 3_600,
      token_policies: ['a', 'b'],
      local_secret_ids: true,
    };
    await must('POST', `${auth}/role/kept`, { body: first });
    await must('POST', `${auth}/role/kept`, {
      body: { secret_id_bound_cidrs: '10.0.0.0/8', token_ttl: '5m' },
    });
    expect((await must('GET', `${auth}/role/kept`)).body.data).toEqual({
      ...ROLE,
      ...first,
      secret_id_bound_cidrs: ['10.0.0.0/8'],
      token_ttl: 300,
    });
  });

  it('is stored under its name in lower case, listed and deleted', async () => {
    const own = await authMethod('approle');
    expect(await call('GET', `${own}/role?list=true`)).toMatchObject(NOT_FOUND);
    for (const name of ['Web', 'db']) await must('POST', `${own}/role/${name}`);
    expect((await must('GET', `${own}/role?list=true`)).body.data).toEqual({ keys: ['db', 'web'] });
    for (const _ of [1, 2])
      expect(await call('DELETE', `${own}/role/WEB`)).toMatchObject({ status: 204, text: '' });
    expect(await call('GET', `${own}/role/web`)).toMatchObject(NOT_FOUND);
    expect(await call('GET', `${own}/role/web/role-id`)).toMatchObject(NOT_FOUND);
  });

  it('has a role-id that may be chosen and that no other role may have', async () => {
    const role_id = unique('role-id');
    await must('POST', `${auth}/role/chosen`);
    const old = await roleId('chosen');
    expect(await post('chosen/role-id', { role_id })).toMatchObject({ status: 204, text: '' });
    expect(await roleId('chosen')).toBe(role_id);
    const { secret_id } = await newSecretId('chosen');
    const byOld = await call('POST', `${auth}/login`, { token: '', body: { role_id: old, secret_id } });
    expect(byOld).toMatchObject(refused('invalid role or secret ID'));
    expect(await logIn('chosen', secret_id)).toMatchObject({ status: 200 });
    const taken = await post('other', { role_id });
    expect(taken.status).toBe(500);
    expect(taken.body.errors[0]).toContain('role_id already in use');
    expect((await post('absent/role-id', { role_id: 'x' })).status).toBe(404);
  });

  it('is written with a warning when its maximum TTL is too long', async () => {
    const { status, body } = await post('long', { token_max_ttl: '10000h' });
    expect(status).toBe(200);
    expect(body).toMatchObject({ data: null, warnings: [expect.stringContaining('token_max_ttl')] });
  });

  it('needs at least one constraint', async () => {
    const { status, body } = await post('unbound', { bind_secret_id: false });
    expect(status).toBe(500);
    expect(body.errors[0]).toContain('at least one constraint should be enabled on the role');
  });

  it.each(['here', '10.0.0.0/8,10.0.0.1'])(
    'is refused with the addresses %s',
    async (secret_id_bound_cidrs) => {
      const answer = await post('nowhere', { secret_id_bound_cidrs });
      refusedOr500(answer, 'failed to validate CIDR blocks: invalid CIDR address: ');
      expect(await call('GET', `${auth}/role/nowhere`)).toMatchObject(NOT_FOUND);
    },
  );

  it('has the plain type for a token type of mounts, and is told so', async () => {
    const { status, body } = await post('typed', { token_type: 'default-batch' });
    expect(status).toBe(200);
    expect(body.warnings).toEqual(['default-batch has no useful meaning; adjusting to batch']);
    expect((await must('GET', `${auth}/role/typed`)).body.data.token_type).toBe('batch');
  });

  it('is refused with a negative number of uses, or when local_secret_ids changes later', async () => {
    expect(await post('negative', { secret_id_num_uses: -1 })).toMatchObject(
      refused('secret_id_num_uses cannot be negative'),
    );
    expect(await post('web', { local_secret_ids: true })).toMatchObject(
      refused('local_secret_ids can only be modified during role creation'),
    );
  });
});

/** The path of a setting, its fields, what is written to it, and the name that is missed in a write of nothing. */
const SETTINGS: [path: string, fields: Record<string, unknown>, missed?: string][] = [
  ['policies', { token_policies: ['a', 'b'] }, 'token_policies'],
  ['period', { token_period: 60 }, 'period'],
  ['token-bound-cidrs', { token_bound_cidrs: ['127.0.0.0/8', '::1'] }],
  ['token-max-ttl', { token_max_ttl: 7_200 }, 'token_max_ttl'],
  ['token-num-uses', { token_num_uses: 3 }, 'token_num_uses'],
  ['token-ttl', { token_ttl: 600 }, 'token_ttl'],
  ['secret-id-bound-cidrs', { secret_id_bound_cidrs: ['127.0.0.0/8'] }],
  ['secret-id-num-uses', { secret_id_num_uses: 4 }, 'secret_id_num_uses'],
  ['secret-id-ttl', { secret_id_ttl: 3_600 }, 'secret_id_ttl'],
];

describe('a setting of a role', () => {
  it.each(SETTINGS)('%s is written, read and reset alone', async (path, fields, missed) => {
    const name = unique('role');
    await must('POST', `${auth}/role/${name}`, { body: { token_explicit_max_ttl: 9_000 } });
    const before = (await must('GET', `${auth}/role/${name}`)).body.data;
    const at = `${auth}/role/${name}/${path}`;
    expect(await call('POST', at, { body: fields })).toMatchObject({ status: 204, text: '' });
    expect((await must('GET', at)).body.data).toEqual(fields);
    expect((await must('GET', `${auth}/role/${name}`)).body.data).toEqual({ ...before, ...fields });
    const nothing = await call('POST', at, { body: {} });
    expect(nothing).toMatchObject(missed ? refused(`missing ${missed}`) : { status: 204 });
    expect((await must('GET', at)).body.data).toEqual(fields);
    expect(await call('DELETE', at)).toMatchObject({ status: 204, text: '' });
    const after = (await must('GET', `${auth}/role/${name}`)).body.data;
    for (const field of Object.keys(fields)) expect(after[field] ?? []).toEqual(before[field] ?? []);
  });

  it.each([...SETTINGS])('%s of a role that does not exist is none', async (path, fields) => {
    const at = `${auth}/role/absent/${path}`;
    expect(await call('GET', at)).toMatchObject(NOT_FOUND);
    expect(await call('POST', at, { body: fields })).toMatchObject({
      status: 404,
      body: { errors: [wrapped('unsupported path')] },
    });
    expect(await call('DELETE', at)).toMatchObject({ status: 204, text: '' });
  });

  it.each([
    ['policies', { policies: ['a'] }, { policies: ['a'], token_policies: ['a'] }],
    ['period', { period: '1m' }, { period: 60, token_period: 60 }],
  ])('%s may be written by its older name, and is shown by both', async (path, body, data) => {
    await must('POST', `${auth}/role/older`);
    await must('POST', `${auth}/role/older/${path}`, { body });
    expect((await must('GET', `${auth}/role/older/${path}`)).body.data).toEqual(data);
  });

  it('is refused as it is in a role', async () => {
    await must('POST', `${auth}/role/strict`, {
      body: { bind_secret_id: false, secret_id_bound_cidrs: '127.0.0.0/8' },
    });
    expect(await post('strict/secret-id-num-uses', { secret_id_num_uses: -1 })).toMatchObject(
      refused('secret_id_num_uses cannot be negative'),
    );
    expect(await post('strict/secret-id-bound-cidrs', { secret_id_bound_cidrs: 'x' })).toMatchObject(
      refused('failed to validate CIDR blocks: invalid CIDR address: x'),
    );
    expect(await call('DELETE', `${auth}/role/strict/secret-id-bound-cidrs`)).toMatchObject(
      failed('at least one constraint should be enabled on the role'),
    );
  });

  improved.each<[path: string, fields: object, text: string]>([
    ['token-num-uses', { token_num_uses: -1 }, "'token_num_uses' cannot be negative"],
    ['token-max-ttl', { token_max_ttl: 1 }, "'token_ttl' cannot be greater than 'token_max_ttl'"],
    ['token-ttl', { token_ttl: 9_000 }, "'token_ttl' cannot be greater than 'token_max_ttl'"],
  ])('%s with %j is refused as in a role', async (path, fields, text) => {
    await must('POST', `${auth}/role/narrow`, { body: { token_ttl: '10m', token_max_ttl: '1h' } });
    expect(await post(`narrow/${path}`, fields)).toMatchObject(refused(text));
  });

  it('local-secret-ids can be read only', async () => {
    await must('POST', `${auth}/role/local`, { body: { local_secret_ids: true } });
    const at = `${auth}/role/local/local-secret-ids`;
    expect((await must('GET', at)).body.data).toEqual({ local_secret_ids: true });
    expect((await call('POST', at, { body: { local_secret_ids: false } })).status).toBe(405);
    expect((await call('DELETE', at)).status).toBe(405);
  });
});

/** What the reference answers with 500 is 400 here (docs/differences.md). */
const refusedOr500 = (answer: Answer, text: string) => {
  expect(answer.status).toBe(isReference ? 500 : 400);
  expect(answer.body.errors[0]).toContain(text);
};

describe('a secret-id', () => {
  it('is created with the limits of the role, or with lower ones', async () => {
    expect(await newSecretId('limited')).toEqual({
      secret_id: expect.stringMatching(UUID),
      secret_id_accessor: expect.stringMatching(UUID),
      secret_id_ttl: 3_600,
      secret_id_num_uses: 5,
    });
    const less = await newSecretId('limited', { num_uses: 1, ttl: '10m' });
    expect(less).toMatchObject({ secret_id_ttl: 600, secret_id_num_uses: 1 });
  });

  it('may be chosen by the client', async () => {
    const secret_id = randomUUID();
    const { data } = (await must('POST', `${auth}/role/web/custom-secret-id`, { body: { secret_id } })).body;
    expect(data).toMatchObject({ secret_id, secret_id_ttl: 0, secret_id_num_uses: 0 });
    expect(await logIn('web', secret_id)).toMatchObject({ status: 200 });
    expect(await post('web/custom-secret-id')).toMatchObject(refused('missing secret_id'));
  });

  it.each<[role: string, body: object, status: number, text: string]>([
    ['absent', {}, 404, 'role "absent" does not exist'],
    ['open', {}, 400, 'bind_secret_id is not set on the role'],
    ['limited', { num_uses: 6 }, 400, "num_uses cannot be higher than the role's secret_id_num_uses"],
    ['limited', { ttl: '2h' }, 400, "ttl cannot be longer than the role's secret_id_ttl"],
  ])('of the role %s with %j is refused', async (role, body, status, text) => {
    expect(await post(`${role}/secret-id`, body)).toMatchObject({ status, body: { errors: [text] } });
  });

  it.each<[role: string, body: object, text: string]>([
    ['limited', { cidr_list: 'x' }, 'failed to validate CIDR blocks: invalid CIDR address: x'],
    ['limited', { cidr_list: '10.0.0.1' }, 'failed to validate CIDR blocks: invalid CIDR address: 10.0.0.1'],
    ['limited', { token_bound_cidrs: 'x' }, 'failed to validate token CIDR blocks: invalid CIDR address: x'],
    [
      'open-to-ten',
      { cidr_list: '11.0.0.0/8' },
      'failed to verify subset relationship between CIDR blocks on the role ["10.0.0.0/8"] and CIDR blocks on the secret ID ["11.0.0.0/8"]',
    ],
  ])('of the role %s with the addresses %j is refused', async (role, body, text) => {
    await post('open-to-ten', { secret_id_bound_cidrs: '10.0.0.0/8' });
    refusedOr500(await post(`${role}/secret-id`, body), text);
  });

  it.each([
    ['{"rack":"7"}', { rack: '7' }],
    [btoa('{"rack":"7"}'), { rack: '7' }],
    [' rack = 7 ,, room=b c', { rack: '7', room: 'b c' }],
    ['', {}],
  ])('has the metadata of %s', async (text, metadata) => {
    const { secret_id } = await newSecretId('web', { metadata: text });
    const { data } = (await post('web/secret-id/lookup', { secret_id })).body;
    expect(data.metadata).toEqual(metadata);
  });

  it.each(['x', 'a=b=c', '{"a":1}', 'a=', '=b'])('is not made with the metadata %s', async (metadata) => {
    const { status, body } = await post('web/secret-id', { metadata });
    expect(status).toBe(400);
    expect(body.errors[0]).toMatch(
      /^failed to parse metadata: failed to parse the input: invalid <key,value> (format|pair)/,
    );
  });

  it('is looked up by id or by accessor, and the answer does not contain the id', async () => {
    const made = await newSecretId('limited', {
      metadata: '{"rack":"7"}',
      cidr_list: ['10.0.0.0/8'],
      token_bound_cidrs: '10.1.0.0/16',
    });
    const { secret_id, secret_id_accessor } = made;
    const byId = (await must('POST', `${auth}/role/limited/secret-id/lookup`, { body: { secret_id } })).body
      .data;
    expect(byId).toMatchObject({
      secret_id_accessor,
      secret_id_num_uses: 5,
      secret_id_ttl: 3_600,
      metadata: { rack: '7' },
      cidr_list: ['10.0.0.0/8'],
      token_bound_cidrs: ['10.1.0.0/16'],
    });
    const { creation_time, expiration_time, last_updated_time } = byId;
    expect(Date.parse(expiration_time) - Date.parse(creation_time)).toBe(3_600_000);
    expect(Date.parse(last_updated_time)).toBeGreaterThanOrEqual(Date.parse(creation_time));
    const path = `${auth}/role/limited/secret-id-accessor/lookup`;
    expect((await must('POST', path, { body: { secret_id_accessor } })).body.data).toEqual(byId);
  });

  it('that is unknown is 204 when looked up by id, and 404 with an error in the data by accessor', async () => {
    const lookup = await post('web/secret-id/lookup', { secret_id: randomUUID() });
    expect(lookup).toMatchObject({ status: 204, text: '' });
    const { status, body } = await post('web/secret-id-accessor/lookup', { secret_id_accessor: 'x' });
    expect(status).toBe(404);
    expect(body).not.toHaveProperty('errors');
    expect(body.data).toEqual({ error: 'failed to find accessor entry for secret_id_accessor: "x"' });
  });

  it('is listed by accessor, and destroyed by id or accessor with POST or DELETE', async () => {
    const own = unique('role');
    expect(await call('GET', `${auth}/role/${own}/secret-id?list=true`)).toMatchObject(
      refused(`role "${own}" does not exist`),
    );
    await must('POST', `${auth}/role/${own}`);
    expect(await call('GET', `${auth}/role/${own}/secret-id?list=true`)).toMatchObject(NOT_FOUND);
    const made = [
      await newSecretId(own),
      await newSecretId(own),
      await newSecretId(own),
      await newSecretId(own),
    ];
    const accessors = async () =>
      (await call('GET', `${auth}/role/${own}/secret-id?list=true`)).body.data?.keys;
    expect((await accessors()).sort()).toEqual(made.map((one) => one.secret_id_accessor).sort());
    const [a, b, c, d] = made as [SecretId, SecretId, SecretId, SecretId];
    const base = `${auth}/role/${own}`;
    const destroyed = [
      await call('POST', `${base}/secret-id/destroy`, { body: a }),
      await call('DELETE', `${base}/secret-id/destroy?secret_id=${b.secret_id}`),
      await call('POST', `${base}/secret-id-accessor/destroy`, { body: c }),
      await call('DELETE', `${base}/secret-id-accessor/destroy?secret_id_accessor=${d.secret_id_accessor}`),
    ];
    expect(destroyed.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect(await accessors()).toBeUndefined();
    for (const { secret_id } of made)
      expect(await logIn(own, secret_id)).toMatchObject(refused('invalid role or secret ID'));
  });

  it.each(['secret-id', 'secret-id-accessor'])(
    'of a role that does not exist cannot be destroyed by %s',
    async (handle) => {
      const body = { secret_id: randomUUID(), secret_id_accessor: randomUUID() };
      expect(await post(`absent/${handle}/destroy`, body)).toMatchObject(
        failed('role "absent" does not exist'),
      );
    },
  );

  it('is deleted with its last use', async () => {
    const { secret_id, secret_id_accessor } = await newSecretId('limited', { num_uses: 2 });
    expect(await logIn('limited', secret_id)).toMatchObject({ status: 200 });
    const lookup = await post('limited/secret-id/lookup', { secret_id });
    expect(lookup.body.data.secret_id_num_uses).toBe(1);
    expect(await logIn('limited', secret_id)).toMatchObject({ status: 200 });
    expect(await logIn('limited', secret_id)).toMatchObject(refused('invalid role or secret ID'));
    expect((await post('limited/secret-id-accessor/lookup', { secret_id_accessor })).status).toBe(404);
  });
});

describe('a login by approle', () => {
  it('returns a token with the metadata of the secret-id', async () => {
    const { secret_id } = await newSecretId('web', { metadata: '{"rack":"7"}' });
    const { status, body } = await logIn('web', secret_id);
    expect(status).toBe(200);
    expect(body.data).toBeNull();
    const metadata = { role_name: 'web', rack: '7' };
    expect(body.auth).toMatchObject({ policies: ['default'], metadata, lease_duration: 600, orphan: true });
    expect((await lookupSelf(body.auth.client_token)).body.data).toMatchObject({
      path: `${auth}/login`,
      display_name: auth.slice('auth/'.length),
      meta: metadata,
    });
  });

  it('needs no secret-id if the role is bound to addresses only', async () => {
    expect(await logIn('open')).toMatchObject({
      status: 200,
      body: { auth: { metadata: { role_name: 'open' } } },
    });
  });

  it('needs both ids, and does not say which of them is wrong', async () => {
    const role_id = await roleId('web');
    for (const [body, text] of [
      [{ role_id }, 'missing secret_id'],
      [{ role_id, secret_id: randomUUID() }, 'invalid role or secret ID'],
      [{ role_id: randomUUID(), secret_id: randomUUID() }, 'invalid role or secret ID'],
    ] as const)
      expect(await call('POST', `${auth}/login`, { token: '', body })).toMatchObject(refused(text));
  });

  improved('without a role-id is a bad request', async () => {
    const login = `${auth}/login`;
    expect(await call('POST', login, { token: '', body: {} })).toMatchObject(refused('missing role_id'));
  });

  it('from an address that the secret-id excludes is refused', async () => {
    const { secret_id } = await newSecretId('web', { cidr_list: [ELSEWHERE] });
    const { status, body } = await logIn('web', secret_id);
    expect(status).toBe(400);
    expect(body.errors[0]).toMatch(
      /^source address ".+" unauthorized through CIDR restrictions on the secret ID$/,
    );
  });

  it('from an address that the role excludes is refused', async () => {
    await must('POST', `${auth}/role/far`, {
      body: { bind_secret_id: false, secret_id_bound_cidrs: ELSEWHERE },
    });
    const { status, body } = await logIn('far');
    expect(status).toBe(400);
    expect(body.errors[0]).toMatch(/^source address ".+" unauthorized by CIDR restrictions on the role/);
  });

  it('works after a move with the remaining uses, while earlier tokens are revoked', async () => {
    const own = await authMethod('approle');
    await must('POST', `${own}/role/web`, { body: { secret_id_num_uses: 2 } });
    const { role_id } = (await must('GET', `${own}/role/web/role-id`)).body.data;
    const { secret_id } = (await must('POST', `${own}/role/web/secret-id`)).body.data;
    const sent = { token: '', body: { role_id, secret_id } };
    const { client_token } = (await must('POST', `${own}/login`, sent)).body.auth;
    const namespace = await newNamespace();
    await move(own, `${namespace}/${own}`);
    expect((await lookupSelf(client_token)).status).toBe(403);
    await must('POST', `${own}/login`, { ...sent, namespace });
    expect(await call('POST', `${own}/login`, { ...sent, namespace })).toMatchObject(
      refused('invalid role or secret ID'),
    );
  });
});
