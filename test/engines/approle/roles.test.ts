import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approle } from '../../../functions/engines/approle/approle.ts';
import type { Mount } from '../../../functions/tree/mount.ts';
import { placeMount } from '../../support/place.ts';
import { placePolicy } from '../../support/tokens.ts';
import { type EngineService, engineService, storedKeys } from '../engineService.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const wrapped = (text: string) => ({ status: 500, body: { errors: [`1 error occurred:\n\t* ${text}\n\n`] } });

const DEFAULTS = {
  bind_secret_id: true,
  secret_id_bound_cidrs: null,
  secret_id_num_uses: 0,
  secret_id_ttl: 0,
  local_secret_ids: false,
  token_bound_cidrs: [],
  token_explicit_max_ttl: 0,
  token_max_ttl: 0,
  token_no_default_policy: false,
  token_num_uses: 0,
  token_period: 0,
  token_policies: [],
  token_strictly_bind_ip: false,
  token_ttl: 0,
  token_type: 'default',
};

describe('roles of approle', () => {
  let service: EngineService;
  let mount: Mount;
  beforeAll(async () => {
    service = await engineService(approle);
    mount = await placeMount(service.deps, 'auth/ar/', { type: 'approle' });
  });
  afterAll(() => service.stop());

  const write = (name: string, body: unknown = {}) => service.call('POST', `auth/ar/role/${name}`, { body });
  const read = async (name: string) => (await service.call('GET', `auth/ar/role/${name}`)).body.data;
  const roleId = async (name: string): Promise<string> =>
    (await service.call('GET', `auth/ar/role/${name}/role-id`)).body.data.role_id;
  const newSecretId = async (name: string): Promise<string> =>
    (await service.call('POST', `auth/ar/role/${name}/secret-id`, { body: {} })).body.data.secret_id;
  const logIn = (role_id: string, secret_id: string) =>
    service.call('POST', 'auth/ar/login', { token: '', body: { role_id, secret_id } });

  it.each([
    [
      'no constraint',
      { bind_secret_id: false },
      wrapped('at least one constraint should be enabled on the role'),
    ],
    ['negative uses', { secret_id_num_uses: -1 }, 'secret_id_num_uses cannot be negative'],
    ['an empty role-id', { role_id: ' ' }, 'invalid role_id supplied, or failed to generate a role_id'],
    [
      'no CIDR blocks',
      { secret_id_bound_cidrs: 'here' },
      'failed to validate CIDR blocks: invalid CIDR address: here',
    ],
    ['an unknown token type', { token_type: 'x' }, `invalid 'token_type' value "x"`],
  ])('a role with %s is refused', async (_, body, refusal) => {
    const expected = typeof refusal === 'string' ? { status: 400, body: { errors: [refusal] } } : refusal;

    expect(await write('refused', body)).toMatchObject(expected);
    expect(await service.call('GET', 'auth/ar/role/refused')).toMatchObject({
      status: 404,
      body: { errors: [] },
    });
  });

  it('a role has its settings and those of its tokens', async () => {
    expect(await write('plain')).toMatchObject({ status: 204, text: '' });

    expect(await read('plain')).toEqual(DEFAULTS);
    expect(await roleId('plain')).toMatch(UUID);
  });

  it('a write changes the fields it has and keeps the others', async () => {
    await write('merged', { role_id: 'merged-id', secret_id_num_uses: 4, token_policies: 'a,b' });
    await write('merged', {
      secret_id_ttl: '1h',
      secret_id_bound_cidrs: ['10.0.0.0/8'],
      policies: 'c',
      period: 60,
    });

    expect(await read('merged')).toEqual({
      ...DEFAULTS,
      secret_id_num_uses: 4,
      secret_id_ttl: 3_600,
      secret_id_bound_cidrs: ['10.0.0.0/8'],
      token_policies: ['c'],
      policies: ['c'],
      token_period: 60,
      period: 60,
    });
    expect(await roleId('merged')).toBe('merged-id');
  });

  it('concurrent writes lose nothing of each other', async () => {
    const bodies = [
      { secret_id_ttl: 60 },
      { secret_id_num_uses: 9 },
      { token_ttl: 5 },
      { token_policies: 'p' },
    ];
    const answers = await Promise.all(bodies.map((body) => write('raced', body)));

    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204]);
    expect(await read('raced')).toEqual({
      ...DEFAULTS,
      secret_id_ttl: 60,
      secret_id_num_uses: 9,
      token_ttl: 5,
      token_policies: ['p'],
    });
    expect((await logIn(await roleId('raced'), await newSecretId('raced'))).status).toBe(200);
  });

  it('a role needs no secret-ids if it is bound to addresses', async () => {
    expect((await write('bound', { bind_secret_id: false, token_bound_cidrs: '127.0.0.1' })).status).toBe(
      204,
    );
    expect((await logIn(await roleId('bound'), '')).status).toBe(200);

    expect(await write('bound', { token_bound_cidrs: [] })).toMatchObject({ status: 500 });
  });

  it.each([true, false])('local_secret_ids is set only when the role is created (%s)', async (local) => {
    expect((await write(`local-${local}`, { local_secret_ids: local })).status).toBe(204);
    expect((await read(`local-${local}`)).local_secret_ids).toBe(local);

    expect(await write(`local-${local}`, { local_secret_ids: local })).toMatchObject({
      status: 400,
      body: { errors: ['local_secret_ids can only be modified during role creation'] },
    });
  });

  it('a maximum TTL above that of the mount is accepted with a warning', async () => {
    expect(await write('long', { token_max_ttl: '1000h' })).toMatchObject({
      status: 200,
      body: {
        data: null,
        warnings: [
          "token_max_ttl is greater than the backend mount's maximum TTL value; issued tokens' max TTL value will be truncated",
        ],
      },
    });
  });

  it('names are not case-sensitive, and are listed', async () => {
    await placeMount(service.deps, 'auth/names/', { type: 'approle' });
    const list = () => service.call('LIST', 'auth/names/role');
    expect(await list()).toMatchObject({ status: 404, body: { errors: [] } });
    for (const name of ['Web.One', 'api'])
      await service.call('POST', `auth/names/role/${name}`, { body: {} });

    expect((await list()).body.data).toEqual({ keys: ['api', 'web.one'] });
    expect((await service.call('GET', 'auth/names/role/WEB.ONE')).status).toBe(200);
  });

  it('creating a role needs another capability than changing one', async () => {
    await placePolicy(service.deps, 'maker', 'path "auth/ar/role/*" { capabilities = ["create"] }');
    await write('maker', { token_policies: 'maker' });
    const { auth } = (await logIn(await roleId('maker'), await newSecretId('maker'))).body;
    const make = () => service.call('POST', 'auth/ar/role/made', { token: auth.client_token, body: {} });

    expect((await make()).status).toBe(204);
    expect((await make()).status).toBe(403);
  });

  describe('role-ids', () => {
    const change = (name: string, body: unknown) =>
      service.call('POST', `auth/ar/role/${name}/role-id`, { body });

    it('can be changed, and the old one is no longer valid', async () => {
      await write('renamed', { role_id: 'first' });
      const secretId = await newSecretId('renamed');

      expect((await change('renamed', { role_id: 'second' })).status).toBe(204);
      expect(await roleId('renamed')).toBe('second');
      expect((await logIn('first', secretId)).status).toBe(400);
      expect((await logIn('second', secretId)).status).toBe(200);
    });

    it('of an absent role are 404', async () => {
      expect(await service.call('GET', 'auth/ar/role/absent/role-id')).toMatchObject({
        status: 404,
        body: { errors: [] },
      });
      expect(await change('absent', { role_id: 'x' })).toMatchObject({
        status: 404,
        body: { errors: ['1 error occurred:\n\t* unsupported path\n\n'] },
      });
    });

    it('must be sent to be changed', async () => {
      await write('unchanged');

      expect(await change('unchanged', {})).toMatchObject({
        status: 400,
        body: { errors: ['missing role_id'] },
      });
    });

    it('belong to one role of a mount', async () => {
      await write('owner', { role_id: 'taken' });
      await write('other');

      expect(await write('thief', { role_id: 'taken' })).toMatchObject(wrapped('role_id already in use'));
      expect(await write('other', { role_id: 'taken' })).toMatchObject(wrapped('role_id already in use'));
      expect(await change('other', { role_id: 'taken' })).toMatchObject(wrapped('role_id already in use'));
      expect((await write('owner', { role_id: 'taken' })).status).toBe(204);
    });

    it('belong to one role of a mount when several roles take one at the same time', async () => {
      const names = ['one', 'two', 'three', 'four', 'five'];
      const answers = await Promise.all(names.map((name) => write(name, { role_id: 'wanted' })));
      const statuses = answers.map(({ status }) => status).sort();

      expect(statuses).toEqual([204, 500, 500, 500, 500]);
      const winner = names[answers.findIndex(({ status }) => status === 204)] as string;
      const { auth } = (await logIn('wanted', await newSecretId(winner))).body;
      expect(auth.metadata).toEqual({ role_name: winner });
    });

    it('are free again when their role is deleted or gets another', async () => {
      await write('giver', { role_id: 'shared' });
      await change('giver', { role_id: 'mine' });
      await write('keeper', { role_id: 'shared' });
      await service.call('DELETE', 'auth/ar/role/keeper');

      expect((await write('heir', { role_id: 'shared' })).status).toBe(204);
    });
  });

  describe('deleting a role', () => {
    it('is 204, also when the role is absent', async () => {
      await write('gone');

      expect((await service.call('DELETE', 'auth/ar/role/gone')).status).toBe(204);
      expect((await service.call('DELETE', 'auth/ar/role/gone')).status).toBe(204);
      expect((await service.call('GET', 'auth/ar/role/gone')).status).toBe(404);
    });

    it('ends its secret-ids permanently and leaves nothing stored', async () => {
      await write('phoenix', { role_id: 'ashes' });
      const secretId = await newSecretId('phoenix');
      const custom = randomUUID();
      await service.call('POST', 'auth/ar/role/phoenix/custom-secret-id', { body: { secret_id: custom } });
      const before = await storedKeys(service.deps, mount, '');
      await service.call('DELETE', 'auth/ar/role/phoenix');
      const after = await storedKeys(service.deps, mount, '');
      await write('phoenix', { role_id: 'ashes' });

      expect(before.length - after.length).toBe(6);
      for (const old of [secretId, custom]) expect((await logIn('ashes', old)).status).toBe(400);
      expect((await logIn('ashes', await newSecretId('phoenix'))).status).toBe(200);
    });
  });
});
