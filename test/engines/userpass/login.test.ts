import { randomUUID } from 'node:crypto';
import { hashSync } from 'bcryptjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userpass } from '../../../functions/engines/userpass/userpass.ts';
import type { Mount } from '../../../functions/mounts/mount.ts';
import { ROOT } from '../../../functions/namespaces/namespace.ts';
import type { CallOptions } from '../../support/call.ts';
import { placeMount, placeNamespace } from '../../support/place.ts';
import { type EngineService, engineService, everythingStored, moveMount } from '../engineService.ts';

const BAD = { status: 400, body: { errors: ['invalid username or password'] } };
const LOCKED = { status: 403, body: { errors: ['permission denied'] } };
const MINUTE_MS = 60_000;

describe('login by userpass', () => {
  let service: EngineService;
  let mount: Mount;
  beforeAll(async () => {
    service = await engineService(userpass);
    mount = await placeMount(service.deps, 'auth/userpass/');
  });
  afterAll(() => service.stop());

  const password: string = randomUUID();
  const cheapHash = hashSync(password, 4);
  const logIn = (name: string, given = password, options: CallOptions = {}) =>
    service.call('POST', `auth/userpass/login/${name}`, { token: '', body: { password: given }, ...options });
  const addUser = async (name: string, body: Record<string, unknown> = {}, at = 'auth/userpass') => {
    const answer = await service.call('POST', `${at}/users/${name}`, {
      body: { password_hash: cheapHash, ...body },
    });
    expect(answer.status).toBe(204);
  };

  describe('the token', () => {
    it('comes in an envelope without data', async () => {
      await addUser('bob', { token_policies: ['Dev', 'ops', 'dev'] });
      const { status, body } = await logIn('Bob');

      expect(status).toBe(200);
      expect(body).toMatchObject({
        data: null,
        lease_id: '',
        renewable: false,
        lease_duration: 0,
        warnings: null,
      });
      expect(body.auth).toEqual({
        client_token: expect.stringMatching(/^s\.\w{24}$/),
        accessor: expect.stringMatching(/^\w{24}$/),
        policies: ['default', 'dev', 'ops'],
        token_policies: ['default', 'dev', 'ops'],
        metadata: { username: 'bob' },
        lease_duration: 2_764_800,
        renewable: true,
        entity_id: '',
        token_type: 'service',
        orphan: true,
        mfa_requirement: null,
        num_uses: 0,
      });
      expect((await service.lookUp(body.auth.client_token)).body.data).toMatchObject({
        path: 'auth/userpass/login/bob',
        displayName: 'userpass-bob',
        orphan: true,
        meta: { username: 'bob' },
        lineage: { mounts: { [mount.uuid]: 0 }, tokens: [] },
        lease: { mountUuid: mount.uuid, path: expect.stringMatching(/^login\/bob\/h\w{24}$/) },
      });
    });

    it('of a deep mount in a namespace is named by the whole path', async () => {
      const namespace = await placeNamespace(service.deps, ROOT, 'ns1');
      await placeMount(service.deps, 'auth/a/b/', { namespaceId: namespace.id });
      await addUser('eve', {}, 'ns1/auth/a/b');
      const { auth } = (
        await service.call('POST', 'ns1/auth/a/b/login/eve', { token: '', body: { password } })
      ).body;

      expect(auth.client_token).toMatch(new RegExp(`^s\\.\\w{24}\\.${namespace.id}$`));
      const look = await service.call('GET', 'ns1/auth/token/lookup-self', { token: auth.client_token });
      expect(look.body.data).toMatchObject({
        displayName: 'ns1-auth-a-b-eve',
        path: 'auth/a/b/login/eve',
        namespaceId: namespace.id,
      });
    });

    it('lives as the settings say', async () => {
      await addUser('timed', {
        token_ttl: '1h',
        token_explicit_max_ttl: '30m',
        token_num_uses: 3,
        token_no_default_policy: true,
      });
      const { auth, warnings } = (await logIn('timed')).body;

      expect(auth).toMatchObject({ lease_duration: 1_800, num_uses: 3, policies: [] });
      expect(warnings).toEqual([
        'TTL of "1h0m0s" exceeded the effective max_ttl of "30m0s"; TTL value is capped accordingly',
      ]);
    });

    it('may be periodic', async () => {
      await addUser('periodic', { token_period: '10m' });
      const { auth } = (await logIn('periodic')).body;

      expect(auth).toMatchObject({ lease_duration: 600, renewable: true });
      expect((await service.lookUp(auth.client_token)).body.data).toMatchObject({ period: 600, maxTtl: 0 });
    });

    it('may be a batch token, which is never renewed', async () => {
      await addUser('batch', { token_type: 'batch' });

      expect((await logIn('batch')).body.auth).toMatchObject({ token_type: 'batch', renewable: false });
    });

    it.each([
      ['service', 'batch', 'service'],
      ['batch', 'service', 'batch'],
      ['default-batch', 'default', 'batch'],
      ['default-batch', 'service', 'service'],
      ['default-service', 'default', 'service'],
      ['default-service', 'batch', 'batch'],
    ])('on a mount for %s and a user for %s is %s', async (ofMount, ofUser, type) => {
      const path = `auth/${ofMount}-${ofUser}/`;
      const config = { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false, tokenType: ofMount };
      await placeMount(service.deps, path, { config });
      await addUser('bob', { token_type: ofUser }, path.slice(0, -1));
      const answer = await service.call('POST', `${path}login/bob`, { token: '', body: { password } });

      expect(answer.body.auth.token_type).toBe(type);
    });

    it('is never a root token', async () => {
      await addUser('wouldbe', { token_policies: 'root' });

      expect(await logIn('wouldbe')).toMatchObject({
        status: 400,
        body: { errors: ['auth methods cannot create root tokens'] },
      });
    });

    it('is bound to blocks of addresses, and so is the login', async () => {
      await addUser('bound', { token_bound_cidrs: '10.1.0.0/16' });
      const outside = await logIn('bound');
      const inside = await logIn('bound', password, { sourceIp: '10.1.2.3' });
      const token = inside.body.auth.client_token;
      const look = (sourceIp: string) => service.call('GET', 'auth/token/lookup-self', { token, sourceIp });

      expect(outside).toMatchObject({
        status: 403,
        body: { errors: ['1 error occurred:\n\t* permission denied\n\n'] },
      });
      expect((await look('10.1.9.9')).status).toBe(200);
      expect((await look('10.2.0.1')).status).toBe(403);
    });

    it('may be bound to the very address of the login', async () => {
      await addUser('strict', { token_strictly_bind_ip: true });
      const { client_token: token } = (await logIn('strict', password, { sourceIp: '10.1.2.3' })).body.auth;
      const look = (sourceIp: string) => service.call('GET', 'auth/token/lookup-self', { token, sourceIp });

      expect((await look('10.1.2.3')).status).toBe(200);
      expect((await look('10.1.2.4')).status).toBe(403);
    });

    it('ends when its time is over', async () => {
      await addUser('brief', { token_ttl: 60 });
      const { client_token: token } = (await logIn('brief')).body.auth;

      expect((await service.lookUp(token)).status).toBe(200);
      service.deps.clock.pass(MINUTE_MS);
      expect((await service.lookUp(token)).status).toBe(403);
    });
  });

  it('bears no token in the log, nor a password in any table', async () => {
    const secret = randomUUID();
    const wrong = randomUUID();
    await service.call('POST', 'auth/userpass/users/discreet', { body: { password: secret } });
    const { client_token: token } = (await logIn('discreet', secret)).body.auth;
    await logIn('discreet', wrong);
    await logIn(wrong, secret);

    const stored = JSON.stringify(await everythingStored(service.deps));
    for (const hidden of [secret, wrong, token]) {
      expect(stored).not.toContain(hidden);
      expect(service.deps.logged.join('\n')).not.toContain(hidden);
    }
  });

  describe('a bad password', () => {
    it('is told in the same words whether or not the user exists', async () => {
      await addUser('known');

      expect(await logIn('known', 'wrong')).toMatchObject(BAD);
      expect(await logIn('stranger', 'wrong')).toMatchObject(BAD);
    });

    it('takes about as long when the user does not exist', async () => {
      await service.call('POST', 'auth/userpass/users/slow', { body: { password } });
      const timed = async (name: string) => {
        const start = performance.now();
        await logIn(name, 'wrong');
        return performance.now() - start;
      };
      await timed('slow');
      const known = Math.min(await timed('slow'), await timed('slow'));
      const unknown = await timed('nobody');

      expect(unknown).toBeGreaterThan(known / 4);
    });

    it.each([
      ['none', {}],
      ['an empty one', { password: '' }],
    ])('%s is 500 in the wrapper', async (_, body) => {
      const answer = await service.call('POST', 'auth/userpass/login/known', { token: '', body });

      expect(answer).toMatchObject({
        status: 500,
        body: { errors: ['1 error occurred:\n\t* missing password\n\n'] },
      });
    });

    it('of more than 72 bytes is refused for anyone', async () => {
      const errors = ['bcrypt: password length exceeds 72 bytes'];

      expect(await logIn('known', 'x'.repeat(73))).toMatchObject({ status: 400, body: { errors } });
      expect(await logIn('stranger', 'x'.repeat(73))).toMatchObject({ status: 400, body: { errors } });
    });
  });

  describe('the lockout', () => {
    const fail = async (name: string, times: number) => {
      for (let i = 0; i < times; i++) expect(await logIn(name, 'wrong')).toMatchObject(BAD);
    };

    it('begins with the fifth bad password, and ends after 15 minutes', async () => {
      await addUser('forgetful');
      await fail('forgetful', 5);

      expect(await logIn('forgetful')).toMatchObject(LOCKED);
      service.deps.clock.pass(15 * MINUTE_MS - 2_000);
      expect(await logIn('forgetful', 'wrong')).toMatchObject(LOCKED);
      service.deps.clock.pass(2_000);
      expect((await logIn('forgetful')).status).toBe(200);
    });

    it('counts anew after it ended', async () => {
      await addUser('again');
      await fail('again', 5);
      service.deps.clock.pass(15 * MINUTE_MS);
      await fail('again', 4);

      expect((await logIn('again')).status).toBe(200);
    });

    it('counts anew after 15 minutes without a bad password', async () => {
      await addUser('patient');
      await fail('patient', 4);
      service.deps.clock.pass(15 * MINUTE_MS);
      await fail('patient', 4);

      expect((await logIn('patient')).status).toBe(200);
    });

    it('counts anew after a login', async () => {
      await addUser('lucky');
      await fail('lucky', 4);
      expect((await logIn('lucky')).status).toBe(200);
      await fail('lucky', 4);

      expect((await logIn('lucky')).status).toBe(200);
    });

    it('reveals no more of a user who does not exist', async () => {
      await fail('Phantom', 3);
      await fail('pHANTOM', 2);

      expect(await logIn('phantom', 'wrong')).toMatchObject(LOCKED);
    });

    it('tells no more than five passwords tried at once to be wrong', async () => {
      await addUser('attacked');
      const answers = await Promise.all(Array.from({ length: 12 }, () => logIn('attacked', 'wrong')));
      const statuses = answers.map(({ status }) => status).sort();

      expect(statuses).toEqual([...Array(5).fill(400), ...Array(7).fill(403)]);
      expect(await logIn('attacked')).toMatchObject(LOCKED);
    });

    it('holds against a good password that was being checked meanwhile', async () => {
      await addUser('contested');
      await fail('contested', 1);
      const { store } = service.deps;
      const slow = service.callOn({
        ...store,
        async get(ref) {
          const item = await store.get(ref);
          if (ref.sk.startsWith('lockout/')) await fail('contested', 4);
          return item;
        },
      });
      const path = 'auth/userpass/login/contested';

      expect(await slow('POST', path, { token: '', body: { password } })).toMatchObject(LOCKED);
    });

    it('leaves others alone', async () => {
      await addUser('neighbour');

      expect((await logIn('neighbour')).status).toBe(200);
    });

    it.each([
      ['a threshold and times of its own', { threshold: 2, duration: 60, counterReset: 30 }, LOCKED],
      ['none at all', { disabled: true, threshold: 1 }, { status: 200 }],
    ])('a mount may have %s', async (_, userLockout, afterTwo) => {
      const path = `auth/lockout-${userLockout.threshold}/`;
      const config = { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false, userLockout };
      await placeMount(service.deps, path, { config });
      await addUser('bob', {}, path.slice(0, -1));
      const attempt = (given: string) =>
        service.call('POST', `${path}login/bob`, { token: '', body: { password: given } });
      expect(await attempt('wrong')).toMatchObject(BAD);
      expect(await attempt('wrong')).toMatchObject(BAD);

      expect(await attempt(password)).toMatchObject(afterTwo);
      service.deps.clock.pass(MINUTE_MS);
      expect((await attempt(password)).status).toBe(200);
    });
  });

  it('a move of the mount ends its tokens and keeps its users', async () => {
    const moving = await placeMount(service.deps, 'auth/before/');
    await addUser('mover', {}, 'auth/before');
    const enter = (at: string) =>
      service.call('POST', `auth/${at}/login/mover`, { token: '', body: { password } });
    const old = (await enter('before')).body.auth.client_token;
    expect((await service.lookUp(old)).status).toBe(200);

    await moveMount(service.deps, 'auth/before/', 'auth/after/');

    expect((await service.lookUp(old)).status).toBe(403);
    const { client_token: fresh } = (await enter('after')).body.auth;
    expect((await service.lookUp(fresh)).body.data).toMatchObject({
      displayName: 'after-mover',
      lineage: { mounts: { [moving.uuid]: 1 } },
    });
    expect((await enter('before')).status).toBe(403);
  });
});
