import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ssh } from '../../../functions/engines/ssh/ssh.ts';
import { placeMount } from '../../support/place.ts';
import { type EngineService, engineService } from '../engineService.ts';

const refused = (text: string) => ({ status: 400, body: { errors: [text] } });
const NOTHING = { status: 404, body: { errors: [] } };

const OTP = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };

describe('roles of ssh', () => {
  let service: EngineService;
  beforeAll(async () => {
    service = await engineService(ssh);
    await placeMount(service.deps, 'ssh/', { type: 'ssh' });
  });
  afterAll(() => service.stop());

  const write = (name: string, body: unknown = OTP, at = 'ssh') =>
    service.call('POST', `${at}/roles/${name}`, { body });
  const read = (name: string) => service.call('GET', `ssh/roles/${name}`);
  const remove = (name: string) => service.call('DELETE', `ssh/roles/${name}`);

  it.each([
    ['no key type', { ...OTP, key_type: undefined }, 'missing key type'],
    ['an unknown key type', { ...OTP, key_type: 'rsa' }, 'invalid key type'],
    ['a CA', { ...OTP, key_type: 'ca' }, 'invalid key type'],
    ['dynamic keys', { ...OTP, key_type: 'dynamic' }, 'dynamic key type roles are no longer supported'],
    ['no default user', { ...OTP, default_user: '' }, 'missing default user'],
    [
      'no CIDR blocks',
      { ...OTP, cidr_list: '10.0.0.0/8,10.0.0.1' },
      'failed to validate cidr_list: invalid CIDR address: 10.0.0.1',
    ],
    [
      'no CIDR blocks to exclude',
      { ...OTP, exclude_cidr_list: 'there' },
      'failed to validate exclude_cidr_list entry: invalid CIDR address: there',
    ],
  ])('a role with %s is refused', async (_, body, text) => {
    expect(await write('refused', body)).toMatchObject(refused(text));
    expect(await read('refused')).toMatchObject(NOTHING);
  });

  it('a role is shown as it was written', async () => {
    const whole = { ...OTP, allowed_users: 'a, b', exclude_cidr_list: '10.1.0.0/16', port: 2222 };
    expect(await write('whole', { ...whole, key_type: 'OTP' })).toMatchObject({ status: 204, text: '' });

    expect((await read('whole')).body.data).toEqual(whole);
  });

  it('a write replaces the whole role', async () => {
    await write('replaced', { ...OTP, allowed_users: 'a', port: 2222 });
    await write('replaced', { key_type: 'otp', default_user: 'root' });

    expect((await read('replaced')).body.data).toEqual({
      allowed_users: '',
      cidr_list: '',
      default_user: 'root',
      exclude_cidr_list: '',
      key_type: 'otp',
      port: 22,
    });
  });

  it('roles are listed with their key type', async () => {
    await placeMount(service.deps, 'listed/', { type: 'ssh' });
    const list = () => service.call('LIST', 'listed/roles');
    expect(await list()).toMatchObject(NOTHING);
    for (const name of ['web', 'db@host']) await write(name, OTP, 'listed');

    expect((await list()).body.data).toEqual({
      keys: ['db@host', 'web'],
      key_info: { 'db@host': { key_type: 'otp' }, web: { key_type: 'otp' } },
    });
  });

  it('a deleted role is absent', async () => {
    await write('gone');

    expect([(await remove('gone')).status, (await remove('gone')).status]).toEqual([204, 204]);
    expect(await read('gone')).toMatchObject(NOTHING);
  });

  describe('lookup', () => {
    const lookUp = (body: unknown) => service.call('POST', 'ssh/lookup', { body });

    it('finds the roles of an address', async () => {
      await write('wide', {
        ...OTP,
        cidr_list: '192.168.0.0/16, fd00::/8',
        exclude_cidr_list: '192.168.9.0/24',
      });
      await write('narrow', { ...OTP, cidr_list: '192.168.1.7/32' });

      expect((await lookUp({ ip: '192.168.1.7' })).body.data).toEqual({ roles: ['narrow', 'wide'] });
      expect((await lookUp({ ip: '192.168.9.1' })).body.data).toEqual({ roles: ['wide'] });
      expect((await lookUp({ ip: '172.16.0.1' })).body.data).toEqual({ roles: null });
      expect((await lookUp({ ip: 'FD00:0:0::1' })).body.data).toEqual({ roles: ['wide'] });
    });

    it('needs an address', async () => {
      expect(await lookUp({})).toMatchObject(refused('Missing ip'));
      expect(await lookUp({ ip: '10.0.0' })).toMatchObject(refused('Invalid IP "10.0.0"'));
    });
  });

  describe('config/zeroaddress', () => {
    const configure = (roles: unknown) => service.call('POST', 'ssh/config/zeroaddress', { body: { roles } });
    const shown = () => service.call('GET', 'ssh/config/zeroaddress');

    it.each([
      [undefined, 'Missing roles'],
      [[], 'Missing roles'],
      ['absent', 'Role "absent" does not exist'],
      [['a/b'], 'Role "a/b" does not exist'],
      [Array.from({ length: 91 }, (_, i) => `r${i}`), 'at most 90 roles may be allowed any address'],
    ])('with %j is refused', async (roles, text) => {
      expect(await configure(roles)).toMatchObject(refused(text));
    });

    it('is written, read and deleted', async () => {
      for (const name of ['any', 'more']) await write(name, { key_type: 'otp', default_user: 'root' });
      expect(await shown()).toMatchObject(NOTHING);
      expect((await configure('any,more,any')).status).toBe(204);
      expect((await shown()).body.data).toEqual({ roles: ['any', 'more'] });
      const found = await service.call('POST', 'ssh/lookup', { body: { ip: '203.0.113.1' } });
      expect(found.body.data).toEqual({ roles: ['any', 'more'] });

      expect((await service.call('DELETE', 'ssh/config/zeroaddress')).status).toBe(204);
      expect(await shown()).toMatchObject(NOTHING);
    });

    it('no longer names a deleted role, so a later role of that name does not inherit the right', async () => {
      for (const name of ['heir', 'stays']) await write(name);
      await configure(['heir', 'stays']);
      await remove('heir');
      await write('heir');

      expect((await shown()).body.data).toEqual({ roles: ['stays'] });
    });

    it('never names an absent role, even when a write races with a deletion', async () => {
      await write('fixed');
      for (let round = 0; round < 8; round++) {
        await write('racer');
        await Promise.all([configure(['fixed', 'racer']), remove('racer')]);

        expect((await read('racer')).status).toBe(404);
        expect((await shown()).body.data.roles).not.toContain('racer');
      }
    });
  });
});
