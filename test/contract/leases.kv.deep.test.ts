/** Renewable leases, of kv version 1 with `leased_passthrough`; and leases that expire (contract §7). */

import { beforeAll, describe, expect, it } from 'vitest';
import { lookupLease, lookupSelf, newOtp, sshEngine, verifyOtp } from './credentials.ts';
import { eventually } from './eventually.ts';
import { engine, kv1, must, policyOf, tokenWith } from './fresh.ts';
import { call } from './http.ts';
import { improved, NOT_AUTHENTICATED, refused } from './texts.ts';

let kv: string;

beforeAll(async () => {
  kv = await leasedKv('2h');
  await must('POST', `${kv}/with`, { body: { password: 'x', ttl: '1h' } });
  await must('POST', `${kv}/without`, { body: { password: 'x' } });
});

function leasedKv(max_lease_ttl: string): Promise<string> {
  return engine('kv', { options: { leased_passthrough: 'true' }, config: { max_lease_ttl } });
}

async function read(path: string): Promise<{ lease_id: string; lease_duration: number; renewable: boolean }> {
  return (await must('GET', path)).body;
}

function renew(lease_id: string, increment?: number | string) {
  return call('PUT', 'sys/leases/renew', { body: { lease_id, increment } });
}

describe('a secret that is leased', () => {
  it('gets a new lease for every read, renewable if the secret has a ttl', async () => {
    const [one, other, fixed] = [
      await read(`${kv}/with`),
      await read(`${kv}/with`),
      await read(`${kv}/without`),
    ];
    expect(one).toMatchObject({
      lease_id: expect.stringMatching(new RegExp(`^${kv}/with/[0-9A-Za-z]{24}$`)),
      lease_duration: 3_600,
      renewable: true,
    });
    expect(other.lease_id).not.toBe(one.lease_id);
    expect(fixed).toMatchObject({ lease_duration: 7_200, renewable: false });
    expect(await renew(fixed.lease_id)).toMatchObject(refused('lease is not renewable'));
  });

  it('is renewed for its first duration or the requested one, up to the maximum of its mount', async () => {
    const { lease_id } = await read(`${kv}/with`);
    const first = await renew(lease_id);
    expect(first.status).toBe(200);
    expect(first.body).toMatchObject({ lease_id, renewable: true, lease_duration: 3_600 });
    expect((await renew(lease_id, 1_800)).body.lease_duration).toBe(1_800);
    const { lease_duration } = (await renew(lease_id, '3h')).body;
    expect([lease_duration <= 7_200, lease_duration > 7_100]).toEqual([true, true]);
    const { data } = (await lookupLease({ leaseId: lease_id })).body;
    expect(data).toMatchObject({ renewable: true, path: `${kv}/with`, last_renewal: expect.any(String) });
  });

  improved('is renewed as it is now, and no more once it is deleted', async () => {
    const changed = `${kv}/changed`;
    await must('POST', changed, { body: { ttl: '1h' } });
    const { lease_id } = await read(changed);
    await must('POST', changed, { body: { ttl: '20m' } });
    expect((await renew(lease_id)).body.lease_duration).toBe(1_200);
    expect((await renew(lease_id, '30m')).body.lease_duration).toBe(1_800);
    await must('POST', changed, { body: { password: 'x' } });
    expect(await renew(lease_id)).toMatchObject(refused('lease is not renewable'));
    await must('DELETE', changed);
    expect(await renew(lease_id)).toMatchObject(refused('the secret has been deleted, not renewing'));
    // What was granted before the deletion is kept.
    expect((await lookupLease({ leaseId: lease_id })).status).toBe(200);
  });

  it('is kept when its lease is revoked', async () => {
    const { lease_id } = await read(`${kv}/with`);
    expect((await call('PUT', 'sys/leases/revoke', { body: { lease_id, sync: true } })).status).toBe(204);
    expect(await lookupLease({ leaseId: lease_id })).toMatchObject(refused('invalid lease'));
    expect(await renew(lease_id)).toMatchObject(refused('lease not found'));
    expect((await must('GET', `${kv}/with`)).body.data).toEqual({ password: 'x', ttl: '1h' });
  });

  it('is leased only if the options of its mount say so', async () => {
    const plain = await kv1();
    await must('POST', `${plain}/k`, { body: { ttl: '1h' } });
    expect(await read(`${plain}/k`)).toMatchObject({ lease_id: '', renewable: false });
    for (const path of [plain, `${plain}/k`])
      expect((await call('PUT', `sys/leases/revoke-prefix/${path}`, { body: { sync: true } })).status).toBe(
        204,
      );
    expect((await must('GET', `${plain}/k`)).body.data).toEqual({ ttl: '1h' });
  });
});

describe('after its time to live', () => {
  it('a token is no longer valid, nor are its children', async () => {
    const rules = policyOf(['auth/token/create', 'update']);
    const parent = await tokenWith(rules, undefined, { ttl: '4s' });
    const made = await must('POST', 'auth/token/create', { token: parent, body: { ttl: '1h' } });
    const child: string = made.body.auth.client_token;
    expect((await lookupSelf(child)).status).toBe(200);
    expect(await eventually(() => lookupSelf(parent), 403)).toMatchObject(NOT_AUTHENTICATED);
    expect(await eventually(() => lookupSelf(child), 403)).toMatchObject(NOT_AUTHENTICATED);
    const { accessor } = made.body.auth;
    const listed = (await must('GET', 'auth/token/accessors?list=true')).body.data.keys;
    expect(listed).not.toContain(accessor);
  });

  it('a lease is neither found nor renewed, and its one-time password is unknown', async () => {
    const ssh = await sshEngine();
    await must('POST', `sys/mounts/${ssh}/tune`, { body: { default_lease_ttl: '4s' } });
    const otp = await newOtp(ssh);
    expect((await lookupLease(otp)).status).toBe(200);
    expect(await eventually(() => lookupLease(otp), 400)).toMatchObject(refused('invalid lease'));
    expect(await verifyOtp(ssh, otp)).toMatchObject(refused('OTP not found'));
    expect((await call('GET', `sys/leases/lookup/${ssh}/creds/web?list=true`)).status).toBe(404);

    const short = await leasedKv('2s');
    await must('POST', `${short}/k`, { body: { ttl: '1h' } });
    const { lease_id } = await read(`${short}/k`);
    await eventually(() => lookupLease({ leaseId: lease_id }), 400);
    const { status, body } = await renew(lease_id);
    expect(status).toBe(400);
    expect([['lease expired'], ['lease not found']]).toContainEqual(body.errors);
  });
});
