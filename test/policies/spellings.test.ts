/** Names and values in several spellings (contract §5.3): both the one that was sent and the one that is read are judged. */

import { beforeEach, describe, expect, it } from 'vitest';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { service } from '../support/service.ts';

const s = service();

const EVERYTHING = 'capabilities = ["create", "read", "update", "patch", "delete", "list", "sudo"]';

async function tokenFor(...rules: string[]): Promise<string> {
  await s.policy('spelled', rules.join('\n'));
  return (await s.token({ policies: ['spelled'] })).client_token;
}

const allow = (path: string) => `path "${path}" { ${EVERYTHING} }`;
const deny = (path: string) => `path "${path}" { capabilities = ["deny"] }`;

beforeEach(async () => {
  for (const path of ['prot/', 'auth/up/']) await placeMount(s.deps, path).catch(() => undefined);
  await placeNamespace(s.deps, ROOT, 'ns').catch(() => undefined);
  await s.call('POST', 'auth/up/users/boss', { body: { password: 'p' } });
  await s.call('POST', 'sys/policies/acl/admin', { body: { policy: 'path "a" {}' } });
});

describe('an exact deny', () => {
  const CASES: [rule: string, method: string, sent: string][] = [
    ['sys/mounts/prot', 'DELETE', 'sys/mounts/prot/'],
    ['sys/mounts/prot', 'DELETE', 'sys/mounts/%2Fprot'],
    ['sys/mounts/prot', 'GET', 'sys/mounts/prot/any/thing'],
    ['sys/mounts/prot/tune', 'POST', 'sys/mounts/prot/in/tune'],
    ['sys/auth/up', 'DELETE', 'sys/auth/up/'],
    ['sys/policies/acl/admin', 'POST', 'sys/policies/acl/ADMIN'],
    ['sys/policies/acl/admin', 'DELETE', 'sys/policies/acl/%20admin'],
    ['sys/policy', 'GET', 'sys/policy/'],
    ['auth/up/users/boss', 'GET', 'auth/up/users/BOSS'],
    ['auth/up/users/boss', 'DELETE', 'auth/up/users/Boss'],
    ['sys/locked-users/any/unlock/boss', 'POST', 'sys/locked-users/any/unlock/BOSS'],
    ['sys/namespaces/ns', 'DELETE', 'sys/namespaces/ns/'],
    ['sys/namespaces/api-lock/lock/ns', 'POST', 'sys/namespaces/api-lock/lock/%2Fns'],
  ];

  it.each(CASES)('of %s refuses %s %s', async (rule, method, sent) => {
    const body = method === 'POST' ? { body: { policy: 'path "b" {}' } } : {};
    const token = await tokenFor(allow('*'), deny(rule));
    expect((await s.call(method, sent, { token, ...body })).status).toBe(403);
    expect((await s.call('GET', 'sys/mounts/prot')).status).toBe(200);
  });

  it('of a pattern refuses other spellings, too', async () => {
    const token = await tokenFor(allow('sys/mounts/*'), deny('sys/mounts/+'));
    expect((await s.call('DELETE', 'sys/mounts/prot/', { token })).status).toBe(403);
  });
});

describe('a rule for the spelling that was sent', () => {
  it('is meant for it, so what clients send works as with Vault', async () => {
    const token = await tokenFor(allow('sys/mounts/cli/'), allow('auth/up/users/Clerk'));
    await placeMount(s.deps, 'cli/');

    const made = await s.call('POST', 'auth/up/users/Clerk', { token, body: { password: 'p' } });
    const disabled = await s.call('DELETE', 'sys/mounts/cli/', { token });

    expect([made.status, disabled.status]).toEqual([204, 204]);
    expect((await s.call('GET', 'auth/up/users/clerk')).status).toBe(200);
  });

  it('does not outweigh an exact rule for the name', async () => {
    const token = await tokenFor(allow('auth/up/users/Boss'), deny('auth/up/users/boss'));
    expect((await s.call('GET', 'auth/up/users/Boss', { token })).status).toBe(403);
  });

  it('is needed, as with Vault: a rule for the name alone is none', async () => {
    const token = await tokenFor(allow('auth/up/users/boss'));
    expect((await s.call('GET', 'auth/up/users/Boss', { token })).status).toBe(403);
    expect((await s.call('GET', 'auth/up/users/boss', { token })).status).toBe(200);
  });
});

describe('what the two rules demand besides', () => {
  it('both hold: sudo, and a wrapped answer', async () => {
    const withoutSudo = 'path "sys/auth/up" { capabilities = ["read"] }';
    const plain = await tokenFor(allow('sys/auth/*'), withoutSudo);
    expect((await s.call('GET', 'sys/auth/up/', { token: plain })).status).toBe(403);

    const wrapped = 'path "sys/mounts/prot" { capabilities = ["read"] min_wrapping_ttl = "1m" }';
    const token = await tokenFor(allow('sys/mounts/*'), wrapped);
    const headers = { 'x-vault-wrap-ttl': '60' };
    expect((await s.call('GET', 'sys/mounts/prot/', { token })).status).toBe(403);
    expect((await s.call('GET', 'sys/mounts/prot/', { token, headers })).status).toBe(200);
  });
});

describe('a denied value', () => {
  const REMOUNT = `path "sys/remount" { ${EVERYTHING} denied_parameters = { LIMITS } }`;
  const CASES: [limits: string, body: object][] = [
    ...['prot', '/prot', 'prot/', '/prot/'].flatMap((denied): [string, object][] =>
      ['prot', '/prot', 'prot/', '/prot/'].map((from) => [`from = ["${denied}"]`, { from, to: 'x' }]),
    ),
    ['from = ["*rot"]', { from: 'prot/', to: 'x' }],
    ['from = ["/pr*"]', { from: 'prot', to: 'x' }],
    ['to = ["x"]', { from: 'prot', to: '/x/' }],
    ['to = ["7"]', { from: 'prot', to: 7 }],
    ['dry_run = [false]', { from: 'prot', to: 'x', dry_run: 'false' }],
    ['dry_run = ["true"]', { from: 'prot', to: 'x', dry_run: 1 }],
  ];

  it.each(CASES)('%s denies %j', async (limits, body) => {
    const token = await tokenFor(REMOUNT.replace('LIMITS', limits));
    expect((await s.call('POST', 'sys/remount', { token, body })).status).toBe(403);
  });

  it('of another name denies nothing', async () => {
    const token = await tokenFor(REMOUNT.replace('LIMITS', 'from = ["rot", "prot/x"], to = ["x/y"]'));
    const body = { from: 'prot', to: 'x', dry_run: true };
    expect((await s.call('POST', 'sys/remount', { token, body })).status).toBe(200);
  });

  it('is no way around: a second slash before the path of a source is a part of it', async () => {
    await placeMount(s.deps, 'slashed/');
    for (const from of ['//slashed', 'ns//slashed']) {
      const { status, body } = await s.call('POST', 'sys/remount', { body: { from, to: 'y' } });
      expect([status, body.errors[0]]).toEqual([400, expect.stringContaining('no matching mount at')]);
      const moves = { moves: [{ from, to: 'y' }] };
      expect((await s.call('POST', 'sys/remount/bulk', { body: moves })).status).toBe(400);
    }
  });
});

it('an allowed value has to be sent as it is allowed', async () => {
  const limits = 'allowed_parameters = { from = ["prot/"], "*" = [] }';
  const token = await tokenFor(`path "sys/remount" { ${EVERYTHING} ${limits} }`);
  const asked = (from: string) =>
    s.call('POST', 'sys/remount', { token, body: { from, to: 'x', dry_run: true } });
  expect([(await asked('prot/')).status, (await asked('prot')).status]).toEqual([200, 403]);
});
