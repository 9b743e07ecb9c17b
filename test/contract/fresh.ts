/** Creates what one test needs under random names, so that tests do not collide and need no cleanup. */

import { randomBytes } from 'node:crypto';
import { eventually } from './eventually.ts';
import { type Answer, call, type Sent } from './http.ts';

/** A name that no other test uses. It begins with the kind, so that names of one kind sort together. */
export function unique(kind: string): string {
  return `${kind}-${randomBytes(5).toString('hex')}`;
}

/** A request that prepares a test. @throws with the answer unless its status is 2xx */
export async function must(method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const answer = await call(method, path, sent);
  if (answer.status < 200 || answer.status > 299)
    throw new Error(`${method} ${path} was answered with ${answer.status}: ${answer.text}`);
  return answer;
}

/** @returns the path of the new secrets engine in its namespace, without slash at the end */
export async function engine(
  type: string,
  {
    namespace,
    path = unique(type),
    ...settings
  }: Record<string, unknown> & { namespace?: string; path?: string } = {},
): Promise<string> {
  await must('POST', `sys/mounts/${path}`, { namespace, body: { type, ...settings } });
  return path;
}

export function kv1(namespace?: string, path?: string): Promise<string> {
  return engine('kv', { ...at(namespace, path), options: { version: '1' } });
}

export async function kv2(namespace?: string, path?: string): Promise<string> {
  const kv = await engine('kv', { ...at(namespace, path), options: { version: '2' } });
  // The reference serves it a moment later, and refuses until then.
  await eventually(() => call('GET', `${kv}/config`, { namespace }), 200);
  return kv;
}

/** @returns the path of the new auth method in its namespace, as a remount names it: `auth/…` */
export async function authMethod(type: string, namespace?: string, name = unique(type)): Promise<string> {
  await must('POST', `sys/auth/${name}`, { namespace, body: { type } });
  return `auth/${name}`;
}

function at(namespace?: string, path?: string): { namespace?: string; path?: string } {
  return { ...(namespace ? { namespace } : {}), ...(path ? { path } : {}) };
}

/** @returns the absolute path of a new namespace, without slash at the end */
export async function newNamespace(parent?: string, name = unique('ns')): Promise<string> {
  await must('POST', `sys/namespaces/${name}`, { namespace: parent });
  return parent ? `${parent}/${name}` : name;
}

/** A token with the rights of the policy text and of `default`. */
export async function tokenWith(policy: string, namespace?: string, more: object = {}): Promise<string> {
  const name = unique('policy');
  await must('PUT', `sys/policies/acl/${name}`, { namespace, body: { policy } });
  const { body } = await must('POST', 'auth/token/create', {
    namespace,
    body: { policies: [name], ...more },
  });
  return body.auth.client_token;
}

/** A policy text with one line for each rule, such as `['secret/*', 'read', 'list']`. */
export function policyOf(...rules: [path: string, ...capabilities: string[]][]): string {
  return rules
    .map(([path, ...capabilities]) => `path "${path}" { capabilities = ${JSON.stringify(capabilities)} }`)
    .join('\n');
}
