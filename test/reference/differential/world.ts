/** The namespace that a sequence lives in, the same on both sides. */

import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Answer, exchange, type Request, type Side } from '../../support/exchange.ts';

/** Two runs against one server must not meet. */
const RUN = randomBytes(4).toString('hex');

const LOOK_MS = 20;
const LOOKS = 500;

/** Made anew when the sides have become too different to go on. */
export async function newWorld(sides: readonly Side[], seed: number, part: number): Promise<string> {
  const name = `diff-${RUN}-${seed}-${part}`;
  await Promise.all(sides.map((side) => furnish(side, name, seed)));
  return name;
}

/** Three namespaces of four have mounts in them, with something in each; which kv is of version 2 changes. */
async function furnish(side: Side, namespace: string, seed: number): Promise<void> {
  await must(side, '', { method: 'POST', path: `sys/namespaces/${namespace}` });
  if (seed % 4 === 0) return;
  const [a, b] = seed % 2 ? ['1', '2'] : ['2', '1'];
  const furniture: [path: string, body: object][] = [
    ['sys/mounts/a', { type: 'kv', options: { version: a } }],
    ['sys/mounts/b', { type: 'kv', options: { version: b } }],
    ['sys/mounts/c/d', { type: 'ssh' }],
    ['sys/auth/a', { type: 'userpass' }],
    ['sys/auth/b', { type: 'approle' }],
    ['c/d/roles/r', { key_type: 'otp', default_user: 'u', cidr_list: '0.0.0.0/0' }],
    ['auth/a/users/u', { password: 'p', token_policies: 'p' }],
    ['auth/b/role/r', { token_policies: 'p' }],
    ['sys/policies/acl/p', { policy: 'path "a/*" { capabilities = ["read","list"] }' }],
    ['sys/namespaces/x', {}],
  ];
  for (const [path, body] of furniture) await must(side, namespace, { method: 'POST', path, body });
  for (const path of ['a', 'b']) await upgraded(side, namespace, path);
}

async function must(side: Side, namespace: string, request: Request): Promise<void> {
  const { status, text } = await exchange(side, namespace, request);
  if (status >= 300 || status === 0) throw new Error(`${side.address}, ${request.path}: ${status} ${text}`);
}

/** The reference is not ready at once with a kv of version 2. */
export async function upgraded(side: Side, namespace: string, mount: string): Promise<void> {
  for (let look = 0; look < LOOKS; look++) {
    const { text } = await exchange(side, namespace, { method: 'GET', path: `${mount}/config` });
    if (!text.includes('Upgrading from')) return;
    await delay(LOOK_MS);
  }
}

/** @returns how the move that a start has answered with ends: `success` or `failure` */
export async function endOfMove(side: Side, namespace: string, started: Answer): Promise<string> {
  const path = `sys/remount/status/${started.json.migration_id}`;
  for (let look = 0; look < LOOKS; look++) {
    const { json } = await exchange(side, namespace, { method: 'GET', path });
    const status = json?.data?.migration_info?.status;
    if (status !== 'in-progress') return status;
    await delay(LOOK_MS);
  }
  return 'in-progress';
}
