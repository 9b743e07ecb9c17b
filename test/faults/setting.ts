/** Sets up mounts with data and credentials for the flows, and compares them afterwards. */

import { isDeepStrictEqual } from 'node:util';
import { hashSync } from 'bcryptjs';
import type { Answer, CallOptions } from '../support/call.ts';
import type { Stored, Tables } from '../support/tables.ts';
import type { Stage } from './stage.ts';

/** A request that prepares a play. @throws unless it succeeds */
export async function must(
  stage: Stage,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const answer = await stage.call(method, path, options);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
  return answer;
}

/** A kv mount with a secret in it. */
export async function putKv(stage: Stage, path: string, namespace = ''): Promise<void> {
  await must(stage, 'POST', `sys/mounts/${path}`, {
    namespace,
    body: { type: 'kv', options: { version: '1' } },
  });
  await must(stage, 'POST', `${path}/colour`, { namespace, body: { is: 'blue' } });
}

/** An ssh mount that issues one-time passwords. */
export async function putSsh(stage: Stage, path: string, namespace = ''): Promise<void> {
  await must(stage, 'POST', `sys/mounts/${path}`, { namespace, body: { type: 'ssh' } });
  const role = { key_type: 'otp', default_user: 'ubuntu', cidr_list: '10.0.0.0/8' };
  await must(stage, 'POST', `${path}/roles/web`, { namespace, body: role });
}

export async function takeOtp(stage: Stage, path: string, options: CallOptions = {}): Promise<string> {
  const { body } = await must(stage, 'POST', `${path}/creds/web`, { ...options, body: { ip: '10.1.2.3' } });
  return body.data.key;
}

/** Whether a host accepts the one-time password; this uses it up. */
export async function opens(stage: Stage, path: string, otp: string, namespace = ''): Promise<boolean> {
  return (await stage.call('POST', `${path}/verify`, { namespace, body: { otp } })).status === 200;
}

/** The hash of `builder` at the lowest bcrypt cost that is accepted: no test here is about passwords. */
const PASSWORD_HASH = hashSync('builder', 5);

/** The policy `maker`, which allows everything. */
export async function putMaker(stage: Stage, namespace = ''): Promise<void> {
  const policy = 'path "*" { capabilities = ["create", "read", "update", "delete", "list", "sudo"] }';
  await must(stage, 'PUT', 'sys/policies/acl/maker', { namespace, body: { policy } });
}

/** A userpass mount with the user `bob`, who may create tokens and one-time passwords of `keys`. */
export async function putUsers(stage: Stage, path: string, namespace = ''): Promise<void> {
  await putMaker(stage, namespace);
  await must(stage, 'POST', `sys/auth/${path}`, { namespace, body: { type: 'userpass' } });
  const bob = { password_hash: PASSWORD_HASH, token_policies: 'maker' };
  await must(stage, 'POST', `auth/${path}/users/bob`, { namespace, body: bob });
}

export async function logIn(stage: Stage, path: string, namespace = ''): Promise<string> {
  const { body } = await must(stage, 'POST', `auth/${path}/login/bob`, {
    namespace,
    body: { password: 'builder' },
  });
  return body.auth.client_token;
}

export async function isValid(stage: Stage, token: string, namespace = ''): Promise<boolean> {
  return (await stage.call('GET', 'auth/token/lookup-self', { token, namespace })).status === 200;
}

/** The mount at a path, which is relative to its namespace. */
export function mountIn({ mounts }: Tables, path: string): Stored | undefined {
  return mounts.find(({ kind, sk }) => kind === 'mount' && sk === `${path}/`);
}

/** The fields of a mount that no move changes. */
function fixedFields(mount: Stored | undefined): object {
  const { pk, sk, generation, version, issued, movedBy, aliases, ...rest } = (mount ?? {}) as Partial<Stored>;
  return rest;
}

/** The data that its engine stores, without what it has issued. */
function engineData({ storage }: Tables, uuid: string): Stored[] {
  const items = storage.filter(({ pk, lineage }) => pk === uuid && lineage === undefined);
  return items.sort((a, b) => (a.sk < b.sk ? -1 : 1));
}

/** R4: a move changes neither config, options, accessor and uuid nor data. @returns a sentence for each change */
export function changes(before: Tables, after: Tables, uuid: string): string[] {
  const of = ({ mounts }: Tables) => fixedFields(mounts.find((mount) => mount.uuid === uuid));
  const found: string[] = [];
  if (!isDeepStrictEqual(of(before), of(after))) found.push(`mount ${uuid} has other settings`);
  if (!isDeepStrictEqual(engineData(before, uuid), engineData(after, uuid)))
    found.push(`mount ${uuid} has other data`);
  return found;
}

/** @returns a sentence for each fact that does not hold */
export function untrue(facts: Record<string, boolean>): string[] {
  return Object.entries(facts).flatMap(([sentence, holds]) => (holds ? [] : [`not true: ${sentence}`]));
}
