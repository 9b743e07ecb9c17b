/** One-time passwords of ssh: roles, credentials, verification (contract §7.1). */

import { beforeAll, describe, expect, inject, it } from 'vitest';
import { lookupLease, newOtp, verifyOtp } from './credentials.ts';
import { eventually } from './eventually.ts';
import { engine, must, tokenWith } from './fresh.ts';
import { call, rawCall } from './http.ts';
import { NOT_FOUND, refused, UUID } from './texts.ts';

const OTP = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };

const { isReference } = inject('target');

let ssh: string;

beforeAll(async () => {
  ssh = await engine('ssh');
  await must('POST', `${ssh}/roles/web`, { body: { ...OTP, exclude_cidr_list: '10.9.0.0/16' } });
  await must('POST', `${ssh}/roles/team`, { body: { ...OTP, allowed_users: 'ann,bob', port: 2222 } });
  await must('POST', `${ssh}/roles/any`, { body: { ...OTP, allowed_users: '*' } });
  await must('POST', `${ssh}/roles/nowhere`, { body: { key_type: 'otp', default_user: 'ubuntu' } });
});

function creds(role: string, body: object) {
  return call('POST', `${ssh}/creds/${role}`, { body });
}

describe('a role of ssh', () => {
  it.each<[what: string, body: object, text: string]>([
    ['no key type', { ...OTP, key_type: '' }, 'missing key type'],
    ['an unknown key type', { ...OTP, key_type: 'foo' }, 'invalid key type'],
    ['dynamic keys', { ...OTP, key_type: 'dynamic' }, 'dynamic key type roles are no longer supported'],
    ['no default user', { ...OTP, default_user: '' }, 'missing default user'],
  ])('is refused with %s', async (_, body, text) => {
    const { status, body: answer } = await call('POST', `${ssh}/roles/refused`, { body });
    expect(status).toBe(400);
    expect(answer.errors[0]).toContain(text);
    expect(await call('GET', `${ssh}/roles/refused`)).toMatchObject(NOT_FOUND);
  });

  it.each<[body: object, text: string]>([
    [{ cidr_list: 'here' }, 'failed to validate cidr_list: invalid CIDR address: here'],
    [{ cidr_list: '10.0.0.1' }, 'failed to validate cidr_list: invalid CIDR address: 10.0.0.1'],
    [
      { exclude_cidr_list: '10.0.0.1' },
      'failed to validate exclude_cidr_list entry: invalid CIDR address: 10.0.0.1',
    ],
  ])('is refused with %j, which is no block', async (body, text) => {
    const answer = await call('POST', `${ssh}/roles/refused`, { body: { ...OTP, ...body } });
    expect(answer.status).toBe(isReference ? 500 : 400);
    expect(answer.body.errors[0]).toContain(text);
    expect(await call('GET', `${ssh}/roles/refused`)).toMatchObject(NOT_FOUND);
  });

  it('may be called b@b.b', async () => {
    await must('POST', `${ssh}/roles/b@b.b`, { body: OTP });
    expect((await creds('b@b.b', { ip: '10.0.0.1' })).status).toBe(200);
    await must('DELETE', `${ssh}/roles/b@b.b`);
  });

  it('for any address of IPv6 is for none of IPv4', async () => {
    await must('POST', `${ssh}/roles/six`, { body: { ...OTP, cidr_list: '::/0' } });
    expect((await creds('six', { ip: '2001:db8::1' })).status).toBe(200);
    expect(await creds('six', { ip: '10.0.0.1' })).toMatchObject(
      refused('Error validating IP: IP does not belong to role'),
    );
    await must('DELETE', `${ssh}/roles/six`);
  });

  it('is shown, listed and deleted', async () => {
    expect((await must('GET', `${ssh}/roles/team`)).body.data).toEqual({
      ...OTP,
      allowed_users: 'ann,bob',
      exclude_cidr_list: '',
      port: 2222,
    });
    const { data } = (await rawCall('LIST', `/v1/${ssh}/roles`)).body;
    expect(data.keys).toEqual(expect.arrayContaining(['any', 'team', 'web']));
    expect(data.key_info.web).toEqual({ key_type: 'otp' });
    await must('POST', `${ssh}/roles/gone`, { body: OTP });
    expect((await call('DELETE', `${ssh}/roles/gone`)).status).toBe(204);
    expect(await call('GET', `${ssh}/roles/gone`)).toMatchObject(NOT_FOUND);
  });

  it('is found by an address that it allows', async () => {
    const roles = async (ip: string) =>
      (await must('POST', `${ssh}/lookup`, { body: { ip } })).body.data.roles;
    // Also by one that it excludes.
    expect((await roles('10.9.0.1')).sort()).toEqual(['any', 'team', 'web']);
    expect((await roles('10.1.0.1')).sort()).toEqual(['any', 'team', 'web']);
    expect(await roles('203.0.113.1')).toBeNull();
  });

  it('may allow any address', async () => {
    const path = `${ssh}/config/zeroaddress`;
    expect(await creds('nowhere', { ip: '203.0.113.1' })).toMatchObject(
      refused('Error validating IP: IP does not belong to role'),
    );
    expect((await call('POST', path, { body: { roles: ['nowhere'] } })).status).toBe(204);
    expect((await must('GET', path)).body.data.roles).toEqual(['nowhere']);
    expect((await creds('nowhere', { ip: '203.0.113.1' })).status).toBe(200);
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await creds('nowhere', { ip: '203.0.113.1' })).status).toBe(400);
  });
});

describe('a one-time password', () => {
  it('is leased for the lease time of the mount', async () => {
    const { body } = await must('POST', `${ssh}/creds/team`, { body: { ip: '10.0.0.1', username: 'ann' } });
    expect(body).toMatchObject({
      lease_id: expect.stringMatching(new RegExp(`^${ssh}/creds/team/[0-9A-Za-z]{24}$`)),
      renewable: false,
      lease_duration: 2_764_800,
    });
    expect(body.data).toEqual({
      ip: '10.0.0.1',
      key: expect.stringMatching(UUID),
      key_type: 'otp',
      port: 2222,
      username: 'ann',
    });
  });

  it.each<[role: string, body: object, text: string]>([
    ['web', {}, 'Missing ip'],
    ['absent', { ip: '10.0.0.1' }, 'Role "absent" not found'],
    ['web', { ip: 'host' }, 'Invalid IP "host"'],
    ['web', { ip: '203.0.113.1' }, 'Error validating IP: IP does not belong to role'],
    ['web', { ip: '10.9.0.1' }, 'Error validating IP: IP does not belong to role'],
    ['team', { ip: '10.0.0.1', username: 'eve' }, 'Username is not present is allowed users list'],
    [
      'web',
      { ip: '10.0.0.1', username: 'eve' },
      'Username has to be either in allowed users list or has to be a default username',
    ],
  ])('of the role %s is refused for %j', async (role, body, text) => {
    expect(await creds(role, body)).toMatchObject(refused(text));
  });

  it('is for an address of IPv4, also if it comes as one of IPv6', async () => {
    expect((await creds('any', { ip: '::FFFF:10.0.0.1' })).body.data.ip).toBe('10.0.0.1');
  });

  it('is for any user if the role allows it', async () => {
    expect((await creds('any', { ip: '10.0.0.1', username: 'eve' })).body.data.username).toBe('eve');
  });

  it('is valid once, and verified without a token', async () => {
    const otp = await newOtp(ssh);
    expect((await verifyOtp(ssh, otp)).body.data).toEqual({
      ip: '10.1.2.3',
      username: 'ubuntu',
      role_name: 'web',
    });
    expect(await verifyOtp(ssh, otp)).toMatchObject(refused('OTP not found'));
  });

  it('is not issued with the last use of a token', async () => {
    const token = await tokenWith(`path "${ssh}/*" { capabilities = ["update"] }`, undefined, {
      num_uses: 2,
    });
    const ask = () => call('POST', `${ssh}/creds/web`, { token, body: { ip: '10.0.0.1' } });
    const [first, last, none] = [await ask(), await ask(), await ask()];
    expect([first.status, last.status, none.status]).toEqual([200, 400, 403]);
    const otp = { leaseId: first.body.lease_id, key: first.body.data.key };
    await eventually(() => lookupLease(otp), 400);
    expect(await verifyOtp(ssh, otp)).toMatchObject(refused('OTP not found'));
  });

  it('is not needed for a host to check that it reaches the service', async () => {
    const answer = await verifyOtp(ssh, { leaseId: '', key: 'verify-echo-request' });
    expect(answer.body.data).toMatchObject({ message: 'verify-echo-response' });
  });
});
