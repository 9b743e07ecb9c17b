/** A move revokes the credentials that the mount has issued, and no others (contract §1.7, §1.8). */

import { describe, expect, it } from 'vitest';
import {
  lockOut,
  loggedIn,
  login,
  lookupLease,
  lookupSelf,
  newOtp,
  sshEngine,
  unlock,
  userpassMethod,
  verifyOtp,
} from './credentials.ts';
import { authMethod, must, policyOf, unique } from './fresh.ts';
import { call } from './http.ts';
import { move, settled, start } from './moving.ts';
import { accessorOf, mountObject, mountPaths } from './snapshots.ts';
import { improved, NOT_AUTHENTICATED, noRoute, refused, wrapped } from './texts.ts';

const INVALID_LEASE = refused('invalid lease');
const NO_OTP = refused('OTP not found');

async function policy(...rules: Parameters<typeof policyOf>): Promise<string> {
  const name = unique('policy');
  await must('PUT', `sys/policies/acl/${name}`, { body: { policy: policyOf(...rules) } });
  return name;
}

describe('a moved ssh engine', () => {
  it('accepts no earlier password or lease, and issues new ones [28]', async () => {
    const ssh = await sshEngine();
    const [first, second] = [await newOtp(ssh), await newOtp(ssh)];
    expect(await lookupLease(first)).toMatchObject({ status: 200, body: { data: { id: first.leaseId } } });
    const role = (await must('GET', `${ssh}/roles/web`)).body.data;
    const target = unique('moved');

    await move(ssh, target);

    expect(await lookupLease(first)).toMatchObject(INVALID_LEASE);
    expect(await verifyOtp(target, first)).toMatchObject(NO_OTP);
    expect(await verifyOtp(target, second)).toMatchObject(NO_OTP);
    expect((await must('GET', `${target}/roles/web`)).body.data).toEqual(role);
    const fresh = await newOtp(target);
    expect(fresh.leaseId.startsWith(`${target}/creds/web/`)).toBe(true);
    expect(await lookupLease(fresh)).toMatchObject({ status: 200 });
    expect(await verifyOtp(target, fresh)).toMatchObject({ status: 200, body: { data: { ip: '10.1.2.3' } } });
  });

  it('refuses to renew its old leases, and revoking them again is no error', async () => {
    const ssh = await sshEngine();
    const { leaseId } = await newOtp(ssh);
    await move(ssh, unique('moved'));
    const renewed = await call('PUT', 'sys/leases/renew', { body: { lease_id: leaseId } });
    expect(renewed).toMatchObject(refused('lease not found'));
    const revoked = await call('PUT', 'sys/leases/revoke', { body: { lease_id: leaseId, sync: true } });
    expect(revoked.status).toBe(204);
  });

  it('does not revoke the passwords of another engine', async () => {
    const [ssh, other] = [await sshEngine(), await sshEngine()];
    const otp = await newOtp(other);
    await newOtp(ssh);
    await move(ssh, unique('moved'));
    expect(await lookupLease(otp)).toMatchObject({ status: 200 });
    expect(await verifyOtp(other, otp)).toMatchObject({ status: 200 });
  });

  it('revokes with each move what it issued before, and nothing later', async () => {
    const ssh = await sshEngine();
    const [there, back] = [unique('moved'), ssh];
    const first = await newOtp(ssh);
    await move(ssh, there);
    const second = await newOtp(there);
    await move(there, back);
    const third = await newOtp(back);
    expect(await verifyOtp(back, first)).toMatchObject(NO_OTP);
    expect(await verifyOtp(back, second)).toMatchObject(NO_OTP);
    expect(await verifyOtp(back, third)).toMatchObject({ status: 200 });
  });
});

describe('a moved userpass method', () => {
  it('keeps its users, and its tokens and their children are revoked [3] [36] [38] [39]', async () => {
    const parenting = await policy(['auth/token/create', 'update', 'sudo']);
    const auth = await userpassMethod(undefined, [parenting]);
    const token = await loggedIn(auth);
    const child = (await must('POST', 'auth/token/create', { token, body: {} })).body.auth.client_token;
    const orphan = (await must('POST', 'auth/token/create', { token, body: { no_parent: true } })).body.auth;
    const before = {
      mount: await mountObject(auth),
      user: (await must('GET', `${auth}/users/bob`)).body.data,
    };
    const target = `auth/${unique('moved')}`;

    await move(auth, target);

    expect(await lookupSelf(token)).toMatchObject(NOT_AUTHENTICATED);
    expect(await lookupSelf(child)).toMatchObject(NOT_AUTHENTICATED);
    expect(await lookupSelf(orphan.client_token)).toMatchObject({ status: 200 });
    expect(await mountObject(target)).toEqual(before.mount);
    expect((await must('GET', `${target}/users/bob`)).body.data).toEqual(before.user);
    const again = await lookupSelf(await loggedIn(target));
    expect(again.body.data.path).toBe(`${target}/login/bob`);
  });

  it('keeps its users locked, and they are unlocked by the accessor that it keeps', async () => {
    const auth = await userpassMethod();
    const target = `auth/${unique('moved')}`;
    const accessor = await accessorOf(auth);
    await lockOut(auth);
    await move(auth, target);
    expect(await login(target)).toMatchObject(NOT_AUTHENTICATED);
    const listed = await must('GET', `sys/locked-users?mount_accessor=${accessor}`);
    expect(listed.body.data.by_namespace[0].mount_accessors).toEqual([
      { mount_accessor: accessor, counts: 1, alias_identifiers: ['bob'] },
    ]);
    expect((await unlock(accessor, 'bob')).status).toBe(204);
    expect((await login(target)).status).toBe(200);
  });

  it('renews the tokens that it issues at its new path by what the user may have there', async () => {
    const auth = await userpassMethod();
    const target = `auth/${unique('moved')}`;
    await move(auth, target);
    const token = await loggedIn(target);
    const renew = () => call('POST', 'auth/token/renew-self', { token });
    await must('POST', `${target}/users/bob`, { body: { token_ttl: '7m' } });
    expect((await renew()).body.auth.lease_duration).toBe(420);
    await must('POST', `${target}/users/bob`, { body: { token_policies: ['other'] } });
    expect((await renew()).body.errors).toEqual([
      wrapped('failed to renew entry: policies have changed, not renewing'),
    ]);
    await must('DELETE', `${target}/users/bob`);
    expect(await renew()).toMatchObject({ status: 204 });
  });

  // The reference does not store batch tokens, so it cannot revoke them.
  improved('revokes its batch tokens, too', async () => {
    const auth = await userpassMethod();
    await must('POST', `sys/${auth}/tune`, { body: { token_type: 'batch' } });
    const token = await loggedIn(auth);
    expect(await lookupSelf(token)).toMatchObject({ status: 200, body: { data: { type: 'batch' } } });
    await move(auth, `auth/${unique('moved')}`);
    expect(await lookupSelf(token)).toMatchObject(NOT_AUTHENTICATED);
  });

  it('is shown at its new path, and no longer at the old one [25]', async () => {
    const auth = await userpassMethod();
    const target = `auth/${unique('moved')}`;
    await move(auth, target);
    const paths = (await mountPaths('auth')).map((path) => `auth/${path}`);
    expect(paths).toContain(`${target}/`);
    expect(paths).not.toContain(`${auth}/`);
    expect(await call('POST', `${auth}/login/bob`, { body: {} })).toMatchObject(noRoute(`${auth}/login/bob`));
  });

  it('does not revoke the tokens of other methods, or that of the client that moves it', async () => {
    const [auth, other] = [await userpassMethod(), await userpassMethod()];
    const theirs = await loggedIn(other);
    await loggedIn(auth);
    await move(auth, `auth/${unique('moved')}`);
    expect(await lookupSelf(theirs)).toMatchObject({ status: 200 });
  });

  it('revokes the leases of other engines that belong to its tokens', async () => {
    const ssh = await sshEngine();
    const auth = await userpassMethod(undefined, [await policy([`${ssh}/creds/web`, 'update'])]);
    const theirs = await newOtp(ssh, undefined, await loggedIn(auth));
    const ours = await newOtp(ssh);
    await move(auth, `auth/${unique('moved')}`);
    expect(await lookupLease(theirs)).toMatchObject(INVALID_LEASE);
    expect(await verifyOtp(ssh, theirs)).toMatchObject(NO_OTP);
    expect(await verifyOtp(ssh, ours)).toMatchObject({ status: 200 });
  });

  it('accepts no earlier token once it answers at its new path', async () => {
    const auth = await userpassMethod();
    const tokens = await Promise.all([loggedIn(auth), loggedIn(auth), loggedIn(auth)]);
    const target = `auth/${unique('moved')}`;
    const { body } = await start(auth, target);
    await expect
      .poll(async () => (await call('GET', `${target}/users/bob`)).status, { timeout: 10_000, interval: 10 })
      .toBe(200);
    for (const token of tokens) expect(await lookupSelf(token)).toMatchObject(NOT_AUTHENTICATED);
    expect(await settled(body.data.migration_id)).toMatchObject({ status: 'success' });
  });

  it('may move to a name that only begins like the token method, and back', async () => {
    const auth = await userpassMethod();
    const token = await loggedIn(auth);
    const target = `auth/${unique('tokens')}`;
    await move(auth, target);
    expect(await lookupSelf(token)).toMatchObject(NOT_AUTHENTICATED);
    await move(target, auth);
    expect(await login(auth)).toMatchObject({ status: 200 });
  });
});

describe('a moved approle method', () => {
  it('keeps role-ids, secret-ids and their remaining uses; its tokens are revoked', async () => {
    const auth = await authMethod('approle');
    const role = `${auth}/role/web`;
    await must('POST', role, { body: { secret_id_num_uses: 3, secret_id_ttl: '1h', token_ttl: '10m' } });
    const roleId = (await must('GET', `${role}/role-id`)).body.data.role_id;
    const secret = (await must('POST', `${role}/secret-id`, { body: { metadata: '{"team":"a"}' } })).body
      .data;
    const credentials = { role_id: roleId, secret_id: secret.secret_id };
    const first = await must('POST', `${auth}/login`, { token: '', body: credentials });
    const lookup = { secret_id: secret.secret_id };
    const before = (await must('POST', `${role}/secret-id/lookup`, { body: lookup })).body.data;
    expect(before.secret_id_num_uses).toBe(2);
    const target = `auth/${unique('moved')}`;

    await move(auth, target);

    const after = await must('POST', `${target}/role/web/secret-id/lookup`, { body: lookup });
    expect({ ...after.body.data, secret_id_ttl: 0 }).toEqual({ ...before, secret_id_ttl: 0 });
    expect((await must('GET', `${target}/role/web/secret-id?list=true`)).body.data.keys).toEqual([
      secret.secret_id_accessor,
    ]);
    expect((await must('GET', `${target}/role/web/role-id`)).body.data.role_id).toBe(roleId);
    expect(await lookupSelf(first.body.auth.client_token)).toMatchObject(NOT_AUTHENTICATED);
    for (let use = 0; use < 2; use++) {
      const { body } = await must('POST', `${target}/login`, { token: '', body: credentials });
      expect(body.auth.metadata).toMatchObject({ role_name: 'web', team: 'a' });
      expect(await lookupSelf(body.auth.client_token)).toMatchObject({ status: 200 });
    }
    const spent = await call('POST', `${target}/login`, { token: '', body: credentials });
    expect(spent).toMatchObject(refused('invalid role or secret ID'));
  });
});
