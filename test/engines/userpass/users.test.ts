import { randomUUID } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userpass } from '../../../functions/engines/userpass/userpass.ts';
import { placeMount } from '../../support/place.ts';
import { placePolicy } from '../../support/tokens.ts';
import { type EngineService, engineService } from '../engineService.ts';

const NO_SUCH_USER = '1 error occurred:\n\t* username does not exist\n\n';

const DEFAULTS = {
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

describe('users of userpass', () => {
  let service: EngineService;
  beforeAll(async () => {
    service = await engineService(userpass);
    await placeMount(service.deps, 'auth/up/');
  });
  afterAll(() => service.stop());

  const password = randomUUID();
  const cheapHash = hashSync(password, 4);
  const write = (name: string, body: unknown) => service.call('POST', `auth/up/users/${name}`, { body });
  const read = async (name: string) => (await service.call('GET', `auth/up/users/${name}`)).body?.data;
  const logIn = (name: string, given: string) =>
    service.call('POST', `auth/up/login/${name}`, { token: '', body: { password: given } });

  describe('refusals', () => {
    it.each([
      ['no password', {}, 'must provide either password or password_hash'],
      ['an empty password', { password: '' }, 'must provide either password or password_hash'],
      [
        'both',
        { password, password_hash: cheapHash },
        'only one of password or password_hash may be provided',
      ],
      ['73 bytes', { password: `${'ä'.repeat(36)}x` }, 'bcrypt: password length exceeds 72 bytes'],
      [
        'a hash of another kind',
        { password_hash: '$1$salt$hash' },
        'password_hash is not a bcrypt hash of a cost up to 14',
      ],
      [
        'a hash that would take minutes',
        { password_hash: cheapHash.replace('$04$', '$20$') },
        'password_hash is not a bcrypt hash of a cost up to 14',
      ],
      ['an unknown token type', { token_type: 'x' }, `invalid 'token_type' value "x"`],
      ['negative uses', { token_num_uses: -1 }, "'token_num_uses' cannot be negative"],
      [
        'a periodic batch token',
        { token_type: 'batch', token_period: 60 },
        "'token_type' cannot be 'batch' or 'default_batch' when set to generate periodic tokens",
      ],
      [
        'a limited batch token',
        { token_type: 'batch', token_num_uses: 1 },
        "'token_type' cannot be 'batch' or 'default_batch' when set to generate tokens with limited use count",
      ],
      [
        'a TTL above its maximum',
        { token_ttl: '2h', token_max_ttl: '1h' },
        "'token_ttl' cannot be greater than 'token_max_ttl'",
      ],
      [
        'two kinds of binding',
        { token_strictly_bind_ip: true, token_bound_cidrs: '10.0.0.0/8' },
        "'token_strictly_bind_ip' conflicts with 'token_bound_cidrs'; set only one",
      ],
      [
        'no CIDR block',
        { token_bound_cidrs: ['10.0.0.0/33'] },
        'error parsing address "10.0.0.0/33": Unable to convert "10.0.0.0/33" to an IPv4 or IPv6 address, or a UNIX Socket',
      ],
    ])('a user with %s is refused', async (_, body: Record<string, unknown>, text) => {
      const needsHash = Object.keys(body).some((name) => name.startsWith('token_'));
      const answer = await write('refused', needsHash ? { password_hash: cheapHash, ...body } : body);

      expect(answer).toMatchObject({ status: 400, body: { errors: [text] } });
      expect((await service.call('GET', 'auth/up/users/refused')).body).toEqual({ errors: [] });
    });

    it.each(['password', 'policies'])('%s of an absent user is 500 in the wrapper', async (what) => {
      const answer = await service.call('POST', `auth/up/users/absent/${what}`, {
        body: { password, token_policies: 'a' },
      });

      expect(answer).toMatchObject({ status: 500, body: { errors: [NO_SUCH_USER] } });
    });

    it.each(['-bob', 'bob-', 'b ob', 'b+ob', 'x'.repeat(513)])('%s is not a valid name', async (name) => {
      const answer = await write(encodeURIComponent(name), { password_hash: cheapHash });

      expect(answer).toMatchObject({
        status: 404,
        body: { errors: ['1 error occurred:\n\t* unsupported path\n\n'] },
      });
    });

    it('a user longer than an item may be is refused', async () => {
      const answer = await write('long', { password_hash: cheapHash, token_policies: 'p'.repeat(200_000) });

      expect(answer).toMatchObject({
        status: 413,
        body: { errors: ['the entry is longer than 128000 bytes'] },
      });
    });
  });

  it('a user has the ten settings of its tokens and nothing else', async () => {
    expect(await write('plain', { password_hash: cheapHash })).toMatchObject({ status: 204, text: '' });

    expect(await read('plain')).toEqual(DEFAULTS);
  });

  it('a write changes the fields it has and keeps the others, the password included', async () => {
    await write('merged', { password_hash: cheapHash, token_ttl: '1h', token_policies: ['b', 'a'] });
    await write('merged', { token_max_ttl: 7200, token_bound_cidrs: '127.0.0.0/8, ::1' });

    expect(await read('merged')).toEqual({
      ...DEFAULTS,
      token_ttl: 3600,
      token_max_ttl: 7200,
      token_policies: ['b', 'a'],
      token_bound_cidrs: ['127.0.0.0/8', '::1'],
    });
    expect((await logIn('merged', password)).status).toBe(200);
  });

  it('concurrent writes lose nothing of each other', async () => {
    await write('raced', { password_hash: cheapHash });
    const bodies = [
      { token_ttl: 60 },
      { token_max_ttl: 600 },
      { token_policies: 'p' },
      { token_no_default_policy: true },
      { token_num_uses: 9 },
    ];
    const answers = await Promise.all(bodies.map((body) => write('raced', body)));

    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    expect(await read('raced')).toEqual({
      ...DEFAULTS,
      token_ttl: 60,
      token_max_ttl: 600,
      token_policies: ['p'],
      token_no_default_policy: true,
      token_num_uses: 9,
    });
  });

  it('old field names set the same settings, and are shown until only the new name is sent', async () => {
    await write('old', {
      password_hash: cheapHash,
      policies: 'a',
      ttl: '1m',
      max_ttl: 0,
      bound_cidrs: '10.0.0.0/8',
    });
    expect(await read('old')).toEqual({
      ...DEFAULTS,
      token_policies: ['a'],
      token_ttl: 60,
      token_bound_cidrs: ['10.0.0.0/8'],
      policies: ['a'],
      ttl: 60,
      bound_cidrs: ['10.0.0.0/8'],
    });

    await write('old', { token_policies: 'b', ttl: 9, token_ttl: 10 });
    expect(await read('old')).toEqual({
      ...DEFAULTS,
      token_policies: ['b'],
      token_ttl: 10,
      token_bound_cidrs: ['10.0.0.0/8'],
      ttl: 10,
      bound_cidrs: ['10.0.0.0/8'],
    });
  });

  it('a token type that only mounts have is replaced by the plain one, with a warning', async () => {
    const answer = await write('typed', { password_hash: cheapHash, token_type: 'default-batch' });

    expect(answer).toMatchObject({
      status: 200,
      body: { data: null, warnings: ['default-batch has no useful meaning; adjusting to batch'] },
    });
    expect(await read('typed')).toEqual({ ...DEFAULTS, token_type: 'batch' });
  });

  it('unknown fields leave a 204 a 204', async () => {
    expect((await write('unknown', { password_hash: cheapHash, nonsense: 1 })).status).toBe(204);
  });

  it('names are not case-sensitive', async () => {
    await write('Some.One@Host', { password_hash: cheapHash });

    expect(await read('sOME.oNE@hOST')).toEqual(DEFAULTS);
    const keys = (await service.call('LIST', 'auth/up/users')).body.data.keys;
    expect(keys).toContain('some.one@host');
    expect((await logIn('SOME.ONE@HOST', password)).body.auth.metadata).toEqual({
      username: 'some.one@host',
    });
  });

  it('a list is sorted; an empty one is 404', async () => {
    await placeMount(service.deps, 'auth/empty/');
    const list = () => service.call('LIST', 'auth/empty/users');
    expect(await list()).toMatchObject({ status: 404, body: { errors: [] } });

    for (const name of ['zoe', 'adam', 'mia'])
      await service.call('POST', `auth/empty/users/${name}`, { body: { password_hash: cheapHash } });
    expect((await list()).body.data).toEqual({ keys: ['adam', 'mia', 'zoe'] });
  });

  it('a deleted user is absent, and its tokens stay valid', async () => {
    await write('leaver', { password_hash: cheapHash });
    const { client_token: token } = (await logIn('leaver', password)).body.auth;

    expect((await service.call('DELETE', 'auth/up/users/leaver')).status).toBe(204);
    expect((await service.call('DELETE', 'auth/up/users/leaver')).status).toBe(204);
    expect(await service.call('GET', 'auth/up/users/leaver')).toMatchObject({
      status: 404,
      body: { errors: [] },
    });
    expect((await logIn('leaver', password)).status).toBe(400);
    expect((await service.lookUp(token)).status).toBe(200);
  });

  it('a new password is accepted and the old one is not', async () => {
    await write('changer', { password_hash: cheapHash, token_ttl: 77 });
    const next = randomUUID();
    const change = (body: unknown) => service.call('POST', 'auth/up/users/changer/password', { body });

    expect(await change({})).toMatchObject({
      status: 400,
      body: { errors: ['must provide either password or password_hash'] },
    });
    expect((await change({ password: next })).status).toBe(204);
    expect((await logIn('changer', password)).status).toBe(400);
    expect((await logIn('changer', next)).body.auth.lease_duration).toBe(77);
  });

  it('policies can be changed alone, by either field name', async () => {
    await write('member', { password_hash: cheapHash, token_ttl: 5 });
    const change = (body: unknown) => service.call('POST', 'auth/up/users/member/policies', { body });

    expect((await change({ policies: 'x,y' })).status).toBe(204);
    expect(await read('member')).toEqual({
      ...DEFAULTS,
      token_ttl: 5,
      token_policies: ['x', 'y'],
      policies: ['x', 'y'],
    });
    expect((await change({ token_policies: ['z'] })).status).toBe(204);
    expect(await read('member')).toEqual({ ...DEFAULTS, token_ttl: 5, token_policies: ['z'] });
  });

  it('creating a user needs another capability than changing one', async () => {
    await placePolicy(service.deps, 'maker', 'path "auth/up/users/*" { capabilities = ["create"] }');
    await write('maker', { password_hash: cheapHash, token_policies: 'maker' });
    const token = (await logIn('maker', password)).body.auth.client_token;
    const make = () =>
      service.call('POST', 'auth/up/users/made', { token, body: { password_hash: cheapHash } });

    expect((await make()).status).toBe(204);
    expect((await make()).status).toBe(403);
  });
});
