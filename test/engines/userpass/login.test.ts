import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../../support/place.ts';
import { throughFile } from '../../support/throughFile.ts';
import { everythingStored, moveMount } from '../engineService.ts';
import { password, userpassService } from './userpassService.ts';

const MINUTE_MS = 60_000;

const service = throughFile(userpassService);

describe('login by userpass', () => {
  describe('the token', () => {
    it('comes in an envelope without data', async () => {
      await service.addUser('bob', { token_policies: ['Dev', 'ops', 'dev'] });
      const { status, body } = await service.logIn('Bob');

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
        lineage: { mounts: { [service.mount.uuid]: 0 }, tokens: [] },
        lease: { mountUuid: service.mount.uuid, path: expect.stringMatching(/^login\/bob\/h\w{24}$/) },
      });
    });

    it('of a deep mount in a namespace has the whole path in its display name', async () => {
      const namespace = await placeNamespace(service.deps, ROOT, 'ns1');
      await placeMount(service.deps, 'auth/a/b/', { namespaceId: namespace.id });
      await service.addUser('eve', {}, 'ns1/auth/a/b');
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

    it('is valid as long as the settings say', async () => {
      await service.addUser('timed', {
        token_ttl: '1h',
        token_explicit_max_ttl: '30m',
        token_num_uses: 3,
        token_no_default_policy: true,
      });
      const { auth, warnings } = (await service.logIn('timed')).body;

      expect(auth).toMatchObject({ lease_duration: 1_800, num_uses: 3, policies: [] });
      expect(warnings).toEqual([
        'TTL of "1h" exceeded the effective max_ttl of "30m"; TTL value is capped accordingly',
      ]);
    });

    it('may be periodic', async () => {
      await service.addUser('periodic', { token_period: '10m' });
      const { auth } = (await service.logIn('periodic')).body;

      expect(auth).toMatchObject({ lease_duration: 600, renewable: true });
      expect((await service.lookUp(auth.client_token)).body.data).toMatchObject({ period: 600, maxTtl: 0 });
    });

    it('may be a batch token, which is never renewed', async () => {
      await service.addUser('batch', { token_type: 'batch' });

      expect((await service.logIn('batch')).body.auth).toMatchObject({
        token_type: 'batch',
        renewable: false,
      });
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
      await service.addUser('bob', { token_type: ofUser }, path.slice(0, -1));
      const answer = await service.call('POST', `${path}login/bob`, { token: '', body: { password } });

      expect(answer.body.auth.token_type).toBe(type);
    });

    it('is never a root token', async () => {
      await service.addUser('wouldbe', { token_policies: 'root' });

      expect(await service.logIn('wouldbe')).toMatchObject({
        status: 400,
        body: { errors: ['auth methods cannot create root tokens'] },
      });
    });

    it('is bound to the CIDR blocks of the user, and so is the login', async () => {
      await service.addUser('bound', { token_bound_cidrs: '10.1.0.0/16' });
      const outside = await service.logIn('bound');
      const inside = await service.logIn('bound', password, { sourceIp: '10.1.2.3' });
      const token = inside.body.auth.client_token;
      const look = (sourceIp: string) => service.call('GET', 'auth/token/lookup-self', { token, sourceIp });

      expect(outside).toMatchObject({
        status: 403,
        body: { errors: ['permission denied'] },
      });
      expect((await look('10.1.9.9')).status).toBe(200);
      expect((await look('10.2.0.1')).status).toBe(403);
    });

    it('may be bound to the exact address of the login', async () => {
      await service.addUser('strict', { token_strictly_bind_ip: true });
      const { client_token: token } = (await service.logIn('strict', password, { sourceIp: '10.1.2.3' })).body
        .auth;
      const look = (sourceIp: string) => service.call('GET', 'auth/token/lookup-self', { token, sourceIp });

      expect((await look('10.1.2.3')).status).toBe(200);
      expect((await look('10.1.2.4')).status).toBe(403);
    });

    it('expires', async () => {
      await service.addUser('brief', { token_ttl: 60 });
      const { client_token: token } = (await service.logIn('brief')).body.auth;

      expect((await service.lookUp(token)).status).toBe(200);
      service.deps.clock.pass(MINUTE_MS);
      expect((await service.lookUp(token)).status).toBe(403);
    });
  });

  it('writes no token to the log and no password to any table', async () => {
    const secret = randomUUID();
    const wrong = randomUUID();
    await service.call('POST', 'auth/userpass/users/discreet', { body: { password: secret } });
    const { client_token: token } = (await service.logIn('discreet', secret)).body.auth;
    await service.logIn('discreet', wrong);
    await service.logIn(wrong, secret);

    const stored = JSON.stringify(await everythingStored(service.deps));
    for (const hidden of [secret, wrong, token]) {
      expect(stored).not.toContain(hidden);
      expect(service.deps.logged.join('\n')).not.toContain(hidden);
    }
  });

  it('a move of the mount revokes its tokens and keeps its users', async () => {
    const moving = await placeMount(service.deps, 'auth/before/');
    await service.addUser('mover', {}, 'auth/before');
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
