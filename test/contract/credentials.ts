/** Creates roles, users and credentials, in mounts that only one test uses. */

import { hashSync } from 'bcryptjs';
import { authMethod, engine, must, unique } from './fresh.ts';
import { type Answer, call, type Sent } from './http.ts';

/** The password of the users that tests create. */
export const PASSWORD = unique('password');

/** Has the lowest bcrypt cost that is accepted: most tests are not about passwords. */
const PASSWORD_HASH = hashSync(PASSWORD, 5);

/** An ssh engine with the role `web`, whose one-time passwords live ten minutes. */
export async function sshEngine(namespace?: string): Promise<string> {
  const ssh = await engine('ssh', {
    ...(namespace ? { namespace } : {}),
    config: { default_lease_ttl: '10m' },
  });
  const body = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };
  await must('POST', `${ssh}/roles/web`, { namespace, body });
  return ssh;
}

/** The token settings of a user or role that was created without any. */
export const TOKEN_SETTINGS = {
  token_bound_cidrs: [],
  token_explicit_max_ttl: 0,
  token_max_ttl: 0,
  token_no_default_policy: false,
  token_num_uses: 0,
  token_period: 0,
  token_policies: [],
  token_strictly_bind_ip: false,
  token_ttl: 0,
  token_type: 'default',
};

export interface Otp {
  leaseId: string;
  key: string;
}

export async function newOtp(ssh: string, namespace?: string, token?: string): Promise<Otp> {
  const sent = { namespace, body: { ip: '10.1.2.3' }, ...(token ? { token } : {}) };
  const { body } = await must('POST', `${ssh}/creds/web`, sent);
  return { leaseId: body.lease_id, key: body.data.key };
}

/** Verifies as a host does on a login: without a token. */
export function verifyOtp(ssh: string, { key }: Otp, namespace?: string): Promise<Answer> {
  return call('POST', `${ssh}/verify`, { token: '', namespace, body: { otp: key } });
}

export function lookupLease({ leaseId }: { leaseId: string }, namespace?: string): Promise<Answer> {
  return call('PUT', 'sys/leases/lookup', { namespace, body: { lease_id: leaseId } });
}

/** A userpass method with the user `bob`, whose tokens have these policies. */
export async function userpassMethod(namespace?: string, policies: string[] = []): Promise<string> {
  const auth = await authMethod('userpass', namespace);
  const body = { password_hash: PASSWORD_HASH, token_policies: policies, token_ttl: '10m' };
  await must('POST', `${auth}/users/bob`, { namespace, body });
  return auth;
}

export function login(auth: string, namespace?: string): Promise<Answer> {
  return call('POST', `${auth}/login/bob`, { token: '', namespace, body: { password: PASSWORD } });
}

/** Locks the user `bob` of a userpass method by bad passwords. The case of the name does not matter. */
export async function lockOut(auth: string, namespace?: string): Promise<void> {
  for (const name of ['bob', 'Bob', 'BOB', 'bob', 'bob'])
    await call('POST', `${auth}/login/${name}`, { token: '', namespace, body: { password: 'wrong' } });
  const { status } = await login(auth, namespace);
  if (status !== 403) throw new Error(`the login of a locked user was answered with ${status}`);
}

/** Unlocks a user of the mount with this accessor. */
export function unlock(accessor: string, name: string, sent: Sent = {}): Promise<Answer> {
  return call('POST', `sys/locked-users/${accessor}/unlock/${name}`, sent);
}

/** @returns the token of a login @throws if the login is refused */
export async function loggedIn(auth: string, namespace?: string): Promise<string> {
  const answer = await login(auth, namespace);
  if (answer.status !== 200) throw new Error(`the login was answered with ${answer.status}: ${answer.text}`);
  return answer.body.auth.client_token;
}

export function lookupSelf(token: string, namespace?: string): Promise<Answer> {
  return call('GET', 'auth/token/lookup-self', { token, namespace });
}
