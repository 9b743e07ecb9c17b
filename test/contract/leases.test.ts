/** Leases of one-time passwords: looking up, renewing, revoking (contract §7). */

import { describe, expect, it } from 'vitest';
import {
  loggedIn,
  lookupLease,
  lookupSelf,
  newOtp,
  sshEngine,
  userpassMethod,
  verifyOtp,
} from './credentials.ts';
import { eventually } from './eventually.ts';
import { must, newNamespace, policyOf, tokenWith, unique } from './fresh.ts';
import { call } from './http.ts';
import { NOT_AUTHENTICATED, NOT_AUTHORIZED, NOT_FOUND, refused } from './texts.ts';

const NO_OTP = refused('OTP not found');

function revoke(path: string, body: object = {}) {
  return call('PUT', `sys/leases/${path}`, { body });
}

describe('a lease', () => {
  it('is returned with its secret and looked up by its id', async () => {
    const ssh = await sshEngine();
    const { body } = await must('POST', `${ssh}/creds/web`, { body: { ip: '10.0.0.1', username: 'ubuntu' } });
    expect(body).toMatchObject({
      lease_id: expect.stringMatching(new RegExp(`^${ssh}/creds/web/[0-9A-Za-z]{24}$`)),
      renewable: false,
      lease_duration: 600,
      data: { ip: '10.0.0.1', key_type: 'otp', port: 22, username: 'ubuntu' },
    });
    const { data } = (await lookupLease({ leaseId: body.lease_id })).body;
    expect(data).toMatchObject({ id: body.lease_id, renewable: false, last_renewal: null });
    expect(data.ttl).toBeGreaterThan(590);
    expect(Date.parse(data.expire_time) - Date.parse(data.issue_time)).toBe(600_000);
  });

  it('is revoked together with its password', async () => {
    const ssh = await sshEngine();
    const otp = await newOtp(ssh);
    expect((await revoke('revoke', { lease_id: otp.leaseId, sync: true })).status).toBe(204);
    expect(await lookupLease(otp)).toMatchObject(refused('invalid lease'));
    expect(await verifyOtp(ssh, otp)).toMatchObject(NO_OTP);
    expect((await revoke('revoke', { lease_id: otp.leaseId })).status).toBe(204);
  });

  it('may be named by the path of the request', async () => {
    const ssh = await sshEngine();
    const otp = await newOtp(ssh);
    expect(await revoke(`renew/${otp.leaseId}`)).toMatchObject(refused('lease is not renewable'));
    expect((await revoke(`revoke/${otp.leaseId}`, { sync: true })).status).toBe(204);
    expect(await verifyOtp(ssh, otp)).toMatchObject(NO_OTP);
  });

  it('needs an id to be looked up, renewed or revoked', async () => {
    for (const path of ['lookup', 'renew', 'revoke'])
      expect(await revoke(path)).toMatchObject(refused('lease_id must be specified'));
  });

  it('of a password is not renewable, and an unknown one is not found', async () => {
    const { leaseId } = await newOtp(await sshEngine());
    expect(await revoke('renew', { lease_id: leaseId })).toMatchObject(refused('lease is not renewable'));
    expect(await revoke('renew', { lease_id: unique('nope') })).toMatchObject(refused('lease not found'));
  });

  it('is revoked with all others below a prefix', async () => {
    const ssh = await sshEngine();
    const otps = await Promise.all(Array.from({ length: 5 }, () => newOtp(ssh)));
    const other = await newOtp(await sshEngine());
    const keys = (await must('GET', `sys/leases/lookup/${ssh}/creds/web?list=true`)).body.data.keys;
    expect(keys).toHaveLength(5);
    expect((await revoke(`revoke-prefix/${ssh}`, { sync: true })).status).toBe(204);
    for (const otp of otps) expect(await verifyOtp(ssh, otp)).toMatchObject(NO_OTP);
    expect(await lookupLease(other)).toMatchObject({ status: 200 });
  });

  it('is revoked by force, even if its engine fails', async () => {
    const ssh = await sshEngine();
    const otp = await newOtp(ssh);
    expect(await revoke(`revoke-force/${ssh}`)).toMatchObject({ status: 204, text: '' });
    expect(await lookupLease(otp)).toMatchObject(refused('invalid lease'));
    expect(await verifyOtp(ssh, otp)).toMatchObject(NO_OTP);
  });

  it.each(['by its id', 'by its path', 'by a prefix'])(
    'is revoked at once %s when sync is not given',
    async (how) => {
      const ssh = await sshEngine();
      const otp = await newOtp(ssh);
      const answers = {
        'by its id': () => revoke('revoke', { lease_id: otp.leaseId }),
        'by its path': () => revoke(`revoke/${otp.leaseId}`),
        'by a prefix': () => revoke(`revoke-prefix/${ssh}/creds`),
      };
      expect(await answers[how as keyof typeof answers]()).toMatchObject({ status: 204, text: '' });
      expect(await lookupLease(otp)).toMatchObject(refused('invalid lease'));
    },
  );

  it('is queued for revocation when sync is false, by its id and by a prefix', async () => {
    const ssh = await sshEngine();
    const [one, two, three] = [await newOtp(ssh), await newOtp(ssh), await newOtp(ssh)];
    const queued = { status: 202, text: '' };
    expect(await revoke('revoke', { lease_id: one.leaseId, sync: false })).toMatchObject(queued);
    expect(await revoke(`revoke/${two.leaseId}`, { sync: false })).toMatchObject(queued);
    expect(await revoke(`revoke-prefix/${ssh}/creds`, { sync: false })).toMatchObject(queued);
    for (const otp of [one, two, three]) await eventually(() => lookupLease(otp), 400);
  });

  it('is listed one level at a time', async () => {
    const ssh = await sshEngine();
    const { leaseId } = await newOtp(ssh);
    const keys = async (path: string) =>
      (await must('GET', `sys/leases/lookup/${path}?list=true`)).body.data.keys;
    expect(await keys(ssh)).toEqual(['creds/']);
    expect(await keys(`${ssh}/creds`)).toEqual(['web/']);
    expect(await keys(`${ssh}/creds/web`)).toEqual([leaseId.slice(leaseId.lastIndexOf('/') + 1)]);
    expect(await call('GET', `sys/leases/lookup/${ssh}/none?list=true`)).toMatchObject(NOT_FOUND);
  });

  it('that is left over is removed in the background by a tidy request', async () => {
    const { status, body } = await call('POST', 'sys/leases/tidy');
    expect(status).toBe(202);
    expect(body.warnings).toEqual([
      expect.stringMatching(
        /^Tidy operation successfully started\. Any information from the operation will be printed to (OpenBao|Vault)'s server logs\.$/,
      ),
    ]);
  });

  it('of a token is not renewed through the endpoint for leases', async () => {
    const auth = await userpassMethod();
    await loggedIn(auth);
    const [key] = (await must('GET', `sys/leases/lookup/${auth}/login/bob?list=true`)).body.data.keys;
    const lease_id = `${auth}/login/bob/${key}`;
    expect((await lookupLease({ leaseId: lease_id })).body.data).toMatchObject({
      id: lease_id,
      renewable: true,
    });
    expect(await revoke('renew', { lease_id })).toMatchObject(
      refused('tokens cannot be renewed through this endpoint'),
    );
  });

  it('of a login belongs to its token, and revoking the lease revokes the token', async () => {
    const auth = await userpassMethod();
    const token = await loggedIn(auth);
    const keys = (await must('GET', `sys/leases/lookup/${auth}/login/bob?list=true`)).body.data.keys;
    expect(keys).toEqual([expect.stringMatching(/^h/)]);
    expect((await revoke(`revoke-prefix/${auth}`, { sync: true })).status).toBe(204);
    expect(await lookupSelf(token)).toMatchObject(NOT_AUTHENTICATED);
  });

  it('is revoked together with the token that requested it', async () => {
    const ssh = await sshEngine();
    const token = await tokenWith(policyOf([`${ssh}/creds/web`, 'update']));
    const otp = await newOtp(ssh, undefined, token);
    await must('POST', 'auth/token/revoke', { body: { token } });
    // The reference may revoke the leases of a token a moment later.
    await expect.poll(() => lookupLease(otp)).toMatchObject(refused('invalid lease'));
    expect(await verifyOtp(ssh, otp)).toMatchObject(NO_OTP);
  });

  it('of a namespace has the suffix of the namespace and can be looked up from a parent', async () => {
    const namespace = await newNamespace();
    const ssh = await sshEngine(namespace);
    const otp = await newOtp(ssh, namespace);
    expect(otp.leaseId).toMatch(/\.[0-9A-Za-z]{6}$/);
    expect(await lookupLease(otp)).toMatchObject({ status: 200 });
    expect(await lookupLease(otp, namespace)).toMatchObject({
      status: 200,
      body: { data: { namespace_path: `${namespace}/` } },
    });
    expect((await revoke('revoke', { lease_id: otp.leaseId, sync: true })).status).toBe(204);
    expect(await lookupLease(otp, namespace)).toMatchObject(refused('invalid lease'));
  });

  it('needs sudo to be listed or revoked by prefix', async () => {
    const token = await tokenWith(policyOf(['sys/leases/*', 'create', 'update', 'list', 'read']));
    const list = await call('GET', 'sys/leases/lookup/x?list=true', { token });
    expect(list).toMatchObject(NOT_AUTHORIZED);
    expect(await call('PUT', 'sys/leases/revoke-prefix/x', { token })).toMatchObject(NOT_AUTHORIZED);
    expect(await call('PUT', 'sys/leases/revoke-force/x', { token })).toMatchObject(NOT_AUTHORIZED);
  });
});
