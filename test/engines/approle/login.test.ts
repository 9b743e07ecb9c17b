import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { approle } from '../../../functions/engines/approle/approle.ts';
import type { Mount } from '../../../functions/tree/mount.ts';
import { placeMount } from '../../support/place.ts';
import {
  type EngineService,
  engineService,
  everythingStored,
  moveMount,
  storedKeys,
} from '../engineService.ts';

const refused = (text: string) => ({ status: 400, body: { errors: [text] } });
const BAD = refused('invalid role or secret ID');

describe('login by approle', () => {
  let service: EngineService;
  let mount: Mount;
  beforeAll(async () => {
    service = await engineService(approle);
    mount = await placeMount(service.deps, 'auth/approle/', { type: 'approle' });
    await write('web', { role_id: 'web-id', token_policies: 'app', token_ttl: '20m' });
    await write('other', { role_id: 'other-id' });
  });
  afterAll(() => service.stop());

  const write = (name: string, body: unknown) => service.call('POST', `auth/approle/role/${name}`, { body });
  const newSecretId = async (role = 'web', body: unknown = {}): Promise<string> =>
    (await service.call('POST', `auth/approle/role/${role}/secret-id`, { body })).body.data.secret_id;
  const logIn = (body: Record<string, string>, sourceIp = '127.0.0.1', at = 'approle') =>
    service.call('POST', `auth/${at}/login`, { token: '', body, sourceIp });

  it('issues a token with the metadata of the secret-id', async () => {
    const metadata = JSON.stringify({ host: 'h1', role_name: 'admin' });
    const secret_id = await newSecretId('web', { metadata });
    const { status, body } = await logIn({ role_id: ' web-id ', secret_id: ` ${secret_id}\n` });

    expect(status).toBe(200);
    expect(body).toMatchObject({ data: null, warnings: null });
    expect(body.auth).toMatchObject({
      policies: ['app', 'default'],
      metadata: { host: 'h1', role_name: 'web' },
      lease_duration: 1_200,
      renewable: true,
      token_type: 'service',
      orphan: true,
      num_uses: 0,
    });
    expect((await service.lookUp(body.auth.client_token)).body.data).toMatchObject({
      path: 'auth/approle/login',
      displayName: 'approle',
      lineage: { mounts: { [mount.uuid]: 0 }, tokens: [] },
      lease: { mountUuid: mount.uuid, path: expect.stringMatching(/^login\/h\w{24}$/) },
    });
  });

  it('has the same refusal for everything that may be wrong with the ids', async () => {
    const secret_id = await newSecretId();

    expect(await logIn({ role_id: 'nobody', secret_id })).toMatchObject(BAD);
    expect(await logIn({ role_id: 'web-id', secret_id: randomUUID() })).toMatchObject(BAD);
    expect(await logIn({ role_id: 'other-id', secret_id })).toMatchObject(BAD);
  });

  it('needs both ids', async () => {
    expect(await logIn({ secret_id: 'x' })).toMatchObject(refused('missing role_id'));
    expect(await logIn({ role_id: 'web-id' })).toMatchObject(refused('missing secret_id'));
  });

  it('is refused after the secret-id has expired', async () => {
    const secret_id = await newSecretId('web', { ttl: 60 });
    expect((await logIn({ role_id: 'web-id', secret_id })).status).toBe(200);
    service.deps.clock.pass(60_000);

    expect(await logIn({ role_id: 'web-id', secret_id })).toMatchObject(BAD);
  });

  it('leaves only items that the table drops after their expiry', async () => {
    await newSecretId('other', { ttl: 60 });
    const seconds = (service.deps.clock.now() + 60_000) / 1_000;
    const items = await service.deps.store.query({ table: 'storage', pk: mount.uuid });
    const due = items.map(({ ttl }) => ttl as number | undefined).filter((ttl) => ttl && ttl > seconds);

    expect(due.length).toBeGreaterThanOrEqual(2);
    for (const ttl of due) expect(ttl).toBeLessThan(seconds + 90_000);
  });

  describe('counted uses', () => {
    it('are as many as were set, and nothing is stored after the last one', async () => {
      const before = await storedKeys(service.deps, mount, '');
      const secret_id = await newSecretId('web', { num_uses: 3 });
      const statuses = [];
      for (let i = 0; i < 4; i++) statuses.push((await logIn({ role_id: 'web-id', secret_id })).status);

      expect(statuses).toEqual([200, 200, 200, 400]);
      expect(await storedKeys(service.deps, mount, '')).toEqual(before);
    });

    it.each([1, 2, 5])('are %i for eight concurrent logins', async (num_uses) => {
      const secret_id = await newSecretId('web', { num_uses });
      const answers = await Promise.all(
        Array.from({ length: 8 }, () => logIn({ role_id: 'web-id', secret_id })),
      );
      const losers = answers.filter(({ status }) => status !== 200);

      expect(losers.length).toBe(8 - num_uses);
      for (const loser of losers) expect(loser).toMatchObject(BAD);
    });

    it('are not used up by a login from a refused address', async () => {
      const secret_id = await newSecretId('web', { num_uses: 1, cidr_list: '10.0.0.0/8' });
      await logIn({ role_id: 'web-id', secret_id });

      expect((await logIn({ role_id: 'web-id', secret_id }, '10.0.0.1')).status).toBe(200);
    });
  });

  describe('addresses', () => {
    it('outside the blocks of the secret-id are refused', async () => {
      const secret_id = await newSecretId('web', { cidr_list: ['10.0.0.0/8', 'fd00::/8'] });

      expect(await logIn({ role_id: 'web-id', secret_id }, '11.0.0.1')).toMatchObject(
        refused('source address "11.0.0.1" unauthorized through CIDR restrictions on the secret ID'),
      );
      expect((await logIn({ role_id: 'web-id', secret_id }, 'fd00::1')).status).toBe(200);
    });

    it('outside the blocks of the role are refused, without a secret-id too', async () => {
      await write('near', { role_id: 'near-id', secret_id_bound_cidrs: '10.0.0.0/8', bind_secret_id: false });

      expect(await logIn({ role_id: 'near-id' }, '11.0.0.1')).toMatchObject(
        refused('source address "11.0.0.1" unauthorized by CIDR restrictions on the role'),
      );
      expect((await logIn({ role_id: 'near-id' }, '10.0.0.1')).status).toBe(200);
    });

    it('of the token are those of the secret-id, or else of the role', async () => {
      await write('bound', { role_id: 'bound-id', token_bound_cidrs: '10.0.0.0/8' });
      const boundTo = async (body: unknown) => {
        const secret_id = await newSecretId('bound', body);
        const { client_token: token } = (await logIn({ role_id: 'bound-id', secret_id })).body.auth;
        const look = (sourceIp: string) => service.call('GET', 'auth/token/lookup-self', { token, sourceIp });
        return [
          (await look('10.1.0.1')).status,
          (await look('10.2.0.1')).status,
          (await look('11.0.0.1')).status,
        ];
      };

      expect(await boundTo({})).toEqual([200, 200, 403]);
      expect(await boundTo({ token_bound_cidrs: '10.1.0.0/16' })).toEqual([200, 403, 403]);
    });
  });

  it('a move of the mount revokes its tokens, and keeps role-ids and secret-ids with their remaining uses', async () => {
    await placeMount(service.deps, 'auth/from/', { type: 'approle' });
    await service.call('POST', 'auth/from/role/app', { body: { role_id: 'app-id' } });
    const made = await service.call('POST', 'auth/from/role/app/secret-id', { body: { num_uses: 3 } });
    const { secret_id } = made.body.data;
    const enter = (at: string) => logIn({ role_id: 'app-id', secret_id }, '127.0.0.1', at);
    const old = (await enter('from')).body.auth.client_token;
    expect((await service.lookUp(old)).status).toBe(200);

    await moveMount(service.deps, 'auth/from/', 'auth/to/');

    expect((await service.lookUp(old)).status).toBe(403);
    const look = await service.call('POST', 'auth/to/role/app/secret-id/lookup', { body: { secret_id } });
    expect(look.body.data.secret_id_num_uses).toBe(2);
    const { auth } = (await enter('to')).body;
    expect((await service.lookUp(auth.client_token)).body.data.displayName).toBe('to');
    expect([(await enter('to')).status, (await enter('to')).status]).toEqual([200, 400]);
  });

  it('shows no secret-id and no token in any table or log line', async () => {
    const custom = `chosen-${randomUUID()}`;
    const typo = randomUUID();
    await service.call('POST', 'auth/approle/role/web/custom-secret-id', { body: { secret_id: custom } });
    const made = await newSecretId();
    const { client_token } = (await logIn({ role_id: 'web-id', secret_id: made })).body.auth;
    await logIn({ role_id: typo, secret_id: typo });
    await service.call('POST', 'auth/approle/role/web/secret-id-accessor/lookup', {
      body: { secret_id_accessor: made },
    });

    const stored = JSON.stringify(await everythingStored(service.deps));
    for (const hidden of [custom, made, typo, client_token]) {
      expect(stored).not.toContain(hidden);
      expect(service.deps.logged.join('\n')).not.toContain(hidden);
    }
  });
});
