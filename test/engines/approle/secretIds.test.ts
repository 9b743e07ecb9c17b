import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approle } from '../../../functions/engines/approle/approle.ts';
import type { Mount } from '../../../functions/tree/mount.ts';
import { placeMount } from '../../support/place.ts';
import { type EngineService, engineService, storedKeys } from '../engineService.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const refused = (text: string) => ({ status: 400, body: { errors: [text] } });
const wrapped = (text: string) => ({ status: 500, body: { errors: [`1 error occurred:\n\t* ${text}\n\n`] } });

const UNSTORABLE = 'failed to parse metadata: it cannot have the name "__proto__"';

describe('secret-ids of approle', () => {
  let service: EngineService;
  let mount: Mount;
  beforeAll(async () => {
    service = await engineService(approle);
    mount = await placeMount(service.deps, 'auth/ar/', { type: 'approle' });
    await write('web', { secret_id_num_uses: 10, secret_id_ttl: '1h' });
    await write('free', { role_id: 'free-id' });
    await write('unbound', { bind_secret_id: false, secret_id_bound_cidrs: '10.0.0.0/8' });
    await write('inside', { secret_id_bound_cidrs: '10.0.0.0/8', token_bound_cidrs: '10.1.0.0/16,::1' });
  });
  afterAll(() => service.stop());

  const write = (name: string, body: unknown) => service.call('POST', `auth/ar/role/${name}`, { body });
  const post = (path: string, body: unknown = {}) => service.call('POST', `auth/ar/role/${path}`, { body });
  const logIn = (secret_id: string) =>
    service.call('POST', 'auth/ar/login', { token: '', body: { role_id: 'free-id', secret_id } });

  describe('creating one', () => {
    it.each([
      ['unbound', {}, 'bind_secret_id is not set on the role'],
      ['web', { num_uses: 11 }, "num_uses cannot be higher than the role's secret_id_num_uses"],
      ['web', { num_uses: 0 }, "num_uses cannot be higher than the role's secret_id_num_uses"],
      ['web', { num_uses: -1 }, 'num_uses cannot be negative'],
      ['web', { ttl: 3_601 }, "ttl cannot be longer than the role's secret_id_ttl"],
      ['web', { ttl: 0 }, "ttl cannot be longer than the role's secret_id_ttl"],
      ['web', { cidr_list: 'x' }, 'failed to validate CIDR blocks: invalid CIDR address: x'],
      [
        'web',
        { token_bound_cidrs: '10.0.0.1' },
        'failed to validate token CIDR blocks: invalid CIDR address: 10.0.0.1',
      ],
      [
        'web',
        { metadata: 'x' },
        'failed to parse metadata: failed to parse the input: invalid <key,value> format',
      ],
      [
        'web',
        { metadata: 'a=' },
        'failed to parse metadata: failed to parse the input: invalid <key,value> pair',
      ],
      [
        'web',
        { metadata: '{"a":1}' },
        'failed to parse metadata: failed to parse the input: invalid <key,value> format',
      ],
      ['web', { metadata: '{"__proto__":"a"}' }, UNSTORABLE],
      ['web', { metadata: 'a=b,__proto__=c' }, UNSTORABLE],
      ['web', { metadata: Buffer.from('{"__proto__":"a"}').toString('base64') }, UNSTORABLE],
      [
        'web',
        { metadata: '{"a":"\\ud800"}' },
        'failed to parse metadata: failed to parse the input: invalid <key,value> format',
      ],
      [
        'inside',
        { cidr_list: '11.0.0.0/8' },
        'failed to verify subset relationship between CIDR blocks on the role ["10.0.0.0/8"] and CIDR blocks on the secret ID ["11.0.0.0/8"]',
      ],
      [
        'inside',
        { token_bound_cidrs: ['10.0.0.0/8'] },
        'failed to verify subset relationship between CIDR blocks on the role ["10.1.0.0/16" "::1"] and CIDR blocks on the secret ID ["10.0.0.0/8"]',
      ],
    ])('for %s with %j is refused', async (role, body, text) => {
      expect(await post(`${role}/secret-id`, body)).toMatchObject(refused(text));
    });

    it('for an absent role is 404', async () => {
      const absent = { status: 404, body: { errors: ['role "absent" does not exist'] } };

      expect(await post('absent/secret-id')).toMatchObject(absent);
      expect(await post('absent/custom-secret-id', { secret_id: randomUUID() })).toMatchObject(absent);
    });

    it('answers with the value, which no later answer shows', async () => {
      const { status, body } = await post('web/secret-id', { metadata: '{"a":"b"}' });

      expect(status).toBe(200);
      expect(body.data).toEqual({
        secret_id: expect.stringMatching(UUID),
        secret_id_accessor: expect.stringMatching(UUID),
        secret_id_ttl: 3_600,
        secret_id_num_uses: 10,
      });
    });

    it('takes fewer uses and a shorter TTL than the role has, inside its CIDR blocks', async () => {
      expect((await post('web/secret-id', { num_uses: 1, ttl: '1m' })).body.data).toMatchObject({
        secret_id_ttl: 60,
        secret_id_num_uses: 1,
      });
      const inside = { cidr_list: ['10.2.0.0/16', '10.3.0.1/32'], token_bound_cidrs: '10.1.1.0/24,::1/128' };
      expect((await post('inside/secret-id', inside)).status).toBe(200);
    });

    it('gives no longer TTL than the mount does', async () => {
      expect((await post('free/secret-id', { ttl: '10000h' })).body.data.secret_id_ttl).toBe(2_764_800);
    });
  });

  describe('choosing one', () => {
    it.each([
      [{}, refused('missing secret_id')],
      [{ secret_id: '' }, refused('missing secret_id')],
      [{ secret_id: '1234567' }, refused('secret_id must have at least 8 characters')],
    ])('%j is refused', async (body, refusal) => {
      expect(await post('free/custom-secret-id', body)).toMatchObject(refusal);
    });

    it('answers and works like a random one', async () => {
      const secretId = randomUUID();
      const made = await post('free/custom-secret-id', { secret_id: secretId, num_uses: 5 });

      expect(made.body.data).toMatchObject({ secret_id: secretId, secret_id_num_uses: 5, secret_id_ttl: 0 });
      expect((await logIn(secretId)).status).toBe(200);
    });

    it('is possible once per role and value, until the secret-id expires', async () => {
      const secretId = randomUUID();
      const choose = (role: string) => post(`${role}/custom-secret-id`, { secret_id: secretId, ttl: 60 });
      const first = await choose('free');
      const taken = wrapped('failed to store secret_id: SecretID is already registered');

      expect(await choose('free')).toMatchObject(taken);
      expect((await choose('web')).status).toBe(200);
      service.deps.clock.pass(60_000);
      expect((await choose('free')).status).toBe(200);
      const old = { secret_id_accessor: first.body.data.secret_id_accessor };
      expect((await post('free/secret-id-accessor/lookup', old)).status).toBe(404);
    });

    it('succeeds for one of several concurrent requests with the same value', async () => {
      const secretId = randomUUID();
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => post('free/custom-secret-id', { secret_id: secretId })),
      );

      expect(answers.map(({ status }) => status).sort()).toEqual([200, 500, 500, 500, 500]);
    });
  });

  describe('looking one up', () => {
    it('shows everything except the value, by value or accessor', async () => {
      const made = (
        await post('web/secret-id', {
          metadata: 'team=a, stage=b',
          cidr_list: '10.0.0.0/8',
          token_bound_cidrs: ['10.1.0.0/16'],
        })
      ).body.data;
      const byId = await post('web/secret-id/lookup', { secret_id: made.secret_id });
      const byAccessor = await post('web/secret-id-accessor/lookup', {
        secret_id_accessor: made.secret_id_accessor,
      });

      expect(byId.body.data).toEqual({
        secret_id_accessor: made.secret_id_accessor,
        secret_id_num_uses: 10,
        secret_id_ttl: 3_600,
        creation_time: expect.stringMatching(/^\d{4}-.*Z$/),
        expiration_time: expect.stringMatching(/^\d{4}-.*Z$/),
        last_updated_time: byId.body.data.creation_time,
        metadata: { team: 'a', stage: 'b' },
        cidr_list: ['10.0.0.0/8'],
        token_bound_cidrs: ['10.1.0.0/16'],
      });
      const { creation_time, expiration_time } = byId.body.data;
      expect(Date.parse(expiration_time) - Date.parse(creation_time)).toBe(3_600_000);
      expect(byAccessor.body.data).toEqual(byId.body.data);
    });

    it('shows the zero time for one without an end, and the remaining uses', async () => {
      const { secret_id } = (await post('free/secret-id', { num_uses: 3 })).body.data;
      await logIn(secret_id);
      service.deps.clock.pass(1_000);
      await logIn(secret_id);
      const { data } = (await post('free/secret-id/lookup', { secret_id })).body;

      expect(data).toMatchObject({ secret_id_num_uses: 1, expiration_time: '0001-01-01T00:00:00Z' });
      expect(Date.parse(data.last_updated_time)).toBeGreaterThan(Date.parse(data.creation_time));
    });

    it('that is unknown, of another role or expired is 204', async () => {
      const { secret_id } = (await post('free/secret-id', { ttl: 60 })).body.data;
      const lookUp = (role: string, value: string) => post(`${role}/secret-id/lookup`, { secret_id: value });

      expect(await lookUp('free', randomUUID())).toMatchObject({ status: 204, text: '' });
      expect((await lookUp('web', secret_id)).status).toBe(204);
      expect((await lookUp('free', secret_id)).status).toBe(200);
      service.deps.clock.pass(60_000);
      expect((await lookUp('free', secret_id)).status).toBe(204);
    });

    it('of an unknown accessor is 404 in an envelope', async () => {
      const { status, body } = await post('free/secret-id-accessor/lookup', { secret_id_accessor: 'x"' });

      expect(status).toBe(404);
      expect(body).toMatchObject({
        request_id: expect.any(String),
        data: { error: 'failed to find accessor entry for secret_id_accessor: "x\\""' },
      });
      expect(body).not.toHaveProperty('errors');
    });
  });

  describe.each([
    ['lookup', 'POST'],
    ['destroy', 'POST'],
    ['destroy', 'DELETE'],
  ])('%s by %s', (what, method) => {
    const ask = (path: string, body: Record<string, string>) => {
      const query = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, [value]]));
      return service.call(method, `auth/ar/role/${path}/${what}`, method === 'POST' ? { body } : { query });
    };

    it('needs a role', async () => {
      const text = wrapped('role "absent" does not exist');

      expect(await ask('absent/secret-id', { secret_id: 'x' })).toMatchObject(text);
      expect(await ask('absent/secret-id-accessor', { secret_id_accessor: 'x' })).toMatchObject(text);
    });

    it('needs the value or the accessor', async () => {
      expect(await ask('free/secret-id', {})).toMatchObject(refused('missing secret_id'));
      expect(await ask('free/secret-id-accessor', {})).toMatchObject(refused('missing secret_id_accessor'));
    });
  });

  describe('destroying one', () => {
    it.each([
      ['secret-id', 'POST'],
      ['secret-id', 'DELETE'],
      ['secret-id-accessor', 'POST'],
      ['secret-id-accessor', 'DELETE'],
    ])('by its %s with %s ends it and leaves nothing stored', async (handle, method) => {
      const before = await storedKeys(service.deps, mount, '');
      const made = (await post('free/secret-id')).body.data;
      const name = handle.replaceAll('-', '_');
      const fields =
        method === 'POST' ? { body: { [name]: made[name] } } : { query: { [name]: [made[name]] } };
      const answer = await service.call(method, `auth/ar/role/free/${handle}/destroy`, fields);

      expect(answer).toMatchObject({ status: 204, text: '' });
      expect((await logIn(made.secret_id)).status).toBe(400);
      expect(await storedKeys(service.deps, mount, '')).toEqual(before);
    });

    it('that is unknown is 204 by its value and 500 by its accessor', async () => {
      expect((await post('free/secret-id/destroy', { secret_id: randomUUID() })).status).toBe(204);
      expect(await post('free/secret-id-accessor/destroy', { secret_id_accessor: 'x' })).toMatchObject(
        wrapped('failed to find accessor entry for secret_id_accessor: "x"'),
      );
    });
  });

  it('a list has the accessors of those that have not expired', async () => {
    await write('listed', {});
    const list = (role: string) => service.call('LIST', `auth/ar/role/${role}/secret-id`);
    expect(await list('absent')).toMatchObject(refused('role "absent" does not exist'));
    expect(await list('listed')).toMatchObject({ status: 404, body: { errors: [] } });

    const made = [];
    for (const ttl of [0, 60, 0]) made.push((await post('listed/secret-id', { ttl })).body.data);
    const accessors = made.map(({ secret_id_accessor }) => secret_id_accessor);
    expect((await list('listed')).body.data).toEqual({ keys: [...accessors].sort() });
    service.deps.clock.pass(60_000);
    expect((await list('listed')).body.data).toEqual({ keys: [accessors[0], accessors[2]].sort() });
  });
});
