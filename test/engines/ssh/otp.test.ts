import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { revokeToken } from '../../../functions/credentials/revokeToken.ts';
import { ssh } from '../../../functions/engines/ssh/ssh.ts';
import { generationKey, sha256, treeKey } from '../../../functions/store/keys.ts';
import type { Mount } from '../../../functions/tree/mount.ts';
import { ROOT } from '../../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../../support/place.ts';
import { rootToken } from '../../support/tokens.ts';
import {
  type EngineService,
  engineService,
  everythingStored,
  moveMount,
  storedKeys,
} from '../engineService.ts';

const refused = (text: string) => ({ status: 400, body: { errors: [text] } });
const NOT_FOUND = refused('OTP not found');

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('one-time passwords of ssh', () => {
  let service: EngineService;
  let mount: Mount;
  beforeAll(async () => {
    service = await engineService(ssh);
    mount = await placeMount(service.deps, 'ssh/', { type: 'ssh' });
    await addRole('web', {
      cidr_list: '10.0.0.0/8',
      exclude_cidr_list: '10.9.0.0/16',
      allowed_users: 'ann, bob',
    });
    await addRole('any', { allowed_users: '*', cidr_list: '::/0,0.0.0.0/0', port: 2222 });
    await addRole('sole', { cidr_list: '10.0.0.0/8' });
    await addRole('nowhere', {});
  });
  afterAll(() => service.stop());

  const addRole = (name: string, body: Record<string, unknown>, at = 'ssh') =>
    service.call('POST', `${at}/roles/${name}`, {
      body: { key_type: 'otp', default_user: 'ubuntu', ...body },
    });
  const creds = (role: string, body: unknown, token?: string) =>
    service.call('POST', `ssh/creds/${role}`, { body, ...(token ? { token } : {}) });
  const newOtp = async (token?: string): Promise<string> =>
    (await creds('web', { ip: '10.0.0.1' }, token)).body.data.key;
  const verify = (otp: string, at = 'ssh') =>
    service.call('POST', `${at}/verify`, { token: '', body: { otp } });

  describe('creds', () => {
    it.each([
      ['web', {}, 'Missing ip'],
      ['absent', { ip: '10.0.0.1' }, 'Role "absent" not found'],
      ['web', { ip: 'host' }, 'Invalid IP "host"'],
      ['web', { ip: 'fe80::1%eth0' }, 'Invalid IP "fe80::1%eth0"'],
      ['web', { ip: '11.0.0.1' }, 'Error validating IP: IP does not belong to role'],
      ['web', { ip: '10.9.0.1' }, 'Error validating IP: IP does not belong to role'],
      ['nowhere', { ip: '10.0.0.1' }, 'Error validating IP: IP does not belong to role'],
      ['web', { ip: '10.0.0.1', username: 'eve' }, 'Username is not present is allowed users list'],
      [
        'sole',
        { ip: '10.0.0.1', username: 'eve' },
        'Username has to be either in allowed users list or has to be a default username',
      ],
    ])('for %s with %j are refused', async (role, body, text) => {
      expect(await creds(role, body)).toMatchObject(refused(text));
    });

    it('are leased', async () => {
      const { status, body } = await creds('web', { ip: '10.0.0.1' });

      expect(status).toBe(200);
      expect(body).toMatchObject({
        lease_id: expect.stringMatching(/^ssh\/creds\/web\/\w{24}$/),
        renewable: false,
        lease_duration: 2_764_800,
        auth: null,
      });
      expect(body.data).toEqual({
        ip: '10.0.0.1',
        key: expect.stringMatching(UUID),
        key_type: 'otp',
        port: 22,
        username: 'ubuntu',
      });
    });

    it('are issued for any user or address if the role allows it', async () => {
      expect((await creds('any', { ip: '2001:DB8:0::1', username: 'eve' })).body.data).toMatchObject({
        ip: '2001:db8::1',
        username: 'eve',
        port: 2222,
      });
      expect((await creds('web', { ip: '10.0.0.1', username: 'bob' })).status).toBe(200);
      await service.call('POST', 'ssh/config/zeroaddress', { body: { roles: 'nowhere' } });
      expect((await creds('nowhere', { ip: '203.0.113.9' })).status).toBe(200);
    });

    it('are valid as long as the mount says', async () => {
      const config = { defaultLeaseTtl: 300, maxLeaseTtl: 0, forceNoCache: false };
      await placeMount(service.deps, 'short/', { type: 'ssh', config });
      await addRole('web', { cidr_list: '10.0.0.0/8' }, 'short');
      const made = await service.call('POST', 'short/creds/web', { body: { ip: '10.0.0.1' } });
      const [first, second] = [made.body.data.key, made.body.lease_duration];
      expect(second).toBe(300);

      service.deps.clock.pass(300_000);
      expect(await verify(first, 'short')).toMatchObject(NOT_FOUND);
    });

    it('of a namespace have lease ids that end with its id', async () => {
      const namespace = await placeNamespace(service.deps, ROOT, 'team');
      await placeMount(service.deps, 'ssh/', { type: 'ssh', namespaceId: namespace.id });
      await addRole('web', { cidr_list: '10.0.0.0/8' }, 'team/ssh');
      const { body } = await service.call('POST', 'team/ssh/creds/web', { body: { ip: '10.0.0.1' } });

      expect(body.lease_id).toMatch(new RegExp(`^ssh/creds/web/\\w{24}\\.${namespace.id}$`));
      expect((await verify(body.data.key, 'team/ssh')).status).toBe(200);
    });

    it('mark the mount as one that has issued leases', async () => {
      await placeMount(service.deps, 'fresh/', { type: 'ssh' });
      await addRole('web', { cidr_list: '10.0.0.0/8' }, 'fresh');
      const issued = async () => (await service.deps.store.get(treeKey('root', 'fresh/')))?.issued;
      expect(await issued()).toBe(false);
      await service.call('POST', 'fresh/creds/web', { body: { ip: '10.0.0.1' } });

      expect(await issued()).toBe(true);
    });
  });

  describe('verify', () => {
    it('answers an echo', async () => {
      expect((await verify('verify-echo-request')).body.data).toEqual({ message: 'verify-echo-response' });
    });

    it('answers for which user and address a password is valid, once', async () => {
      const { key } = (await creds('web', { ip: '10.0.0.1', username: 'ann' })).body.data;

      expect((await verify(key)).body.data).toEqual({ ip: '10.0.0.1', username: 'ann', role_name: 'web' });
      expect(await verify(key)).toMatchObject(NOT_FOUND);
    });

    it('refuses an unknown password', async () => {
      expect(await verify(randomUUID())).toMatchObject(NOT_FOUND);
      expect(await verify('')).toMatchObject(NOT_FOUND);
      expect(await service.call('POST', 'ssh/verify', { token: '', body: {} })).toMatchObject(NOT_FOUND);
    });

    it('succeeds once of many concurrent requests', async () => {
      const otp = await newOtp();
      const answers = await Promise.all(Array.from({ length: 8 }, () => verify(otp)));

      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(400)]);
    });

    it('ends the lease and removes everything stored for it', async () => {
      const token = await rootToken(service.deps);
      const traces = async () => {
        const items = (await everythingStored(service.deps)).filter(({ pk }) => !pk.startsWith('accessor#'));
        const held = items.filter(({ pk }) => pk.startsWith(`children#${sha256(token)}`));
        const leases = items.filter((item) => item.tokenHash === sha256(token));
        return held.length + leases.length;
      };
      const otp = await newOtp(token);
      expect(await traces()).toBe(2);
      await verify(otp);

      expect(await traces()).toBe(0);
    });

    it('refuses an expired password', async () => {
      const otp = await newOtp();
      service.deps.clock.pass(2_764_800_000);

      expect(await verify(otp)).toMatchObject(NOT_FOUND);
    });

    it('refuses a password whose parent token was revoked', async () => {
      const token = await rootToken(service.deps);
      const otp = await newOtp(token);
      await revokeToken(service.deps, { hash: sha256(token) });

      expect(await verify(otp)).toMatchObject(NOT_FOUND);
    });
  });

  it('a move of the mount revokes its passwords and keeps its roles', async () => {
    const before = await placeMount(service.deps, 'from/', { type: 'ssh' });
    await addRole('web', { cidr_list: '10.0.0.0/8' }, 'from');
    const give = async (at: string): Promise<string> =>
      (await service.call('POST', `${at}/creds/web`, { body: { ip: '10.0.0.1' } })).body.data.key;
    const old = await give('from');

    await moveMount(service.deps, 'from/', 'to/');

    expect((await service.deps.store.get(generationKey(before.uuid)))?.generation).toBe(1);
    expect(await storedKeys(service.deps, before, 'otp/')).toEqual([`otp/${sha256(old)}`]);
    expect(await verify(old, 'to')).toMatchObject(NOT_FOUND);
    expect((await verify(await give('to'), 'to')).status).toBe(200);
  });

  it('no password is in any table or log line', async () => {
    const otp = await newOtp();
    const typo = randomUUID();
    await verify(typo);

    expect(await storedKeys(service.deps, mount, 'otp/')).toContain(`otp/${sha256(otp)}`);
    const stored = JSON.stringify(await everythingStored(service.deps));
    for (const hidden of [otp, typo]) {
      expect(stored).not.toContain(hidden);
      expect(service.deps.logged.join('\n')).not.toContain(hidden);
    }
  });
});
