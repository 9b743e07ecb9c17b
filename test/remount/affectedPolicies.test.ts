/** The rules that a plan names, on a service with the policies of a small company. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;

async function must(method: string, path: string, body?: object, namespace = '') {
  const answer = await service.call(method, path, { body, namespace });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

async function plan(from: string, to: string) {
  return (await must('POST', 'sys/remount/plan', { from, to })).data;
}

/** Of each rule that a plan names: its policy, its path and the path that it needs. */
async function rulesOf(from: string, to: string) {
  const { policies } = await plan(from, to);
  return policies.map((rule: { policy: string; path: string; replacement: { path: string } }) => [
    rule.policy,
    rule.path,
    rule.replacement.path,
  ]);
}

function writePolicy(name: string, policy: string, more: object = {}) {
  return must('POST', `sys/policies/acl/${name}`, { policy, ...more });
}

beforeAll(async () => {
  service = await remountService();
  await must('POST', 'sys/namespaces/team');
  await must('POST', 'sys/mounts/pz', { type: 'kv' });
  await must('POST', 'sys/auth/x', { type: 'userpass' });
  await writePolicy(
    'operators',
    `path "sys/mounts/pz" { capabilities = ["delete"] }
     path "sys/mounts/pz/tune" { capabilities = ["update"] allowed_parameters = { "default_lease_ttl" = ["1h"] } }
     path "sys/leases/revoke/pz/*" { capabilities = ["update"] }
     path "sys/auth/x" { capabilities = ["read", "sudo"] }
     path "sys/mounts/auth/x/tune" { capabilities = ["read"] }
     path "sys/internal/ui/mounts/pz" { capabilities = ["read"] }
     path "sys/internal/*" { capabilities = ["deny"] expiration = "2020-01-01T00:00:00Z" }
     path "sys/leases/lookup/p*" { capabilities = ["list", "sudo"] }`,
  );
  await writePolicy(
    'people',
    `path "pz/people/{{identity.entity.name}}" { capabilities = ["read"] }
     path "auth/x/users/{{identity.entity.name}}/password" { capabilities = ["update"] }`,
  );
});
afterAll(() => service.deps.stop());

describe('a plan', () => {
  it('names rules on paths of the system that carry the path of the mount', async () => {
    expect(await rulesOf('pz', 'team/kv')).toEqual([
      ['operators', 'sys/mounts/pz', 'team/sys/mounts/kv'],
      ['operators', 'sys/mounts/pz/tune', 'team/sys/mounts/kv/tune'],
      ['operators', 'sys/leases/revoke/pz/*', 'team/sys/leases/revoke/kv/*'],
      ['operators', 'sys/internal/ui/mounts/pz', 'team/sys/internal/ui/mounts/kv'],
      ['operators', 'sys/leases/lookup/p*', 'team/sys/leases/lookup/kv'],
      ['operators', 'sys/leases/lookup/p*', 'team/sys/leases/lookup/kv/*'],
      ['people', 'pz/people/{{identity.entity.name}}', 'team/kv/people/{{identity.entity.name}}'],
    ]);
  });

  it('names them for an auth method, too', async () => {
    expect(await rulesOf('auth/x', 'auth/y')).toEqual([
      ['operators', 'sys/auth/x', 'sys/auth/y'],
      ['operators', 'sys/mounts/auth/x/tune', 'sys/mounts/auth/y/tune'],
      [
        'people',
        'auth/x/users/{{identity.entity.name}}/password',
        'auth/y/users/{{identity.entity.name}}/password',
      ],
    ]);
  });

  it('names no rule that matches both paths, and none that has expired', async () => {
    const named = (await rulesOf('pz', 'pz-2')).map(([, path]: string[]) => path);
    expect(named).not.toContain('sys/leases/lookup/p*');
    expect(named).not.toContain('sys/internal/*');
    await writePolicy('brief', 'path "pz/brief" { capabilities = ["read"] }', { ttl: '1h' });
    expect(await rulesOf('pz', 'qz')).toContainEqual(['brief', 'pz/brief', 'qz/brief']);
    service.deps.clock.pass(3_600_000);
    expect(await rulesOf('pz', 'qz')).not.toContainEqual(['brief', 'pz/brief', 'qz/brief']);
  });

  it('names no rule whose policy has the same rule for the target already', async () => {
    const rule = (path: string) => `path "${path}" { capabilities = ["read"] }\n`;
    const named = async () => (await rulesOf('pz', 'rz')).filter(([policy]: string[]) => policy === 'ready');
    await writePolicy('ready', rule('pz/ready') + rule('pz/*') + rule('rz/*'));
    expect(await named()).toEqual([['ready', 'pz/ready', 'rz/ready']]);
    await writePolicy('ready', `${rule('pz/*')}path "rz/*" { capabilities = ["list"] }`);
    expect(await named()).toEqual([['ready', 'pz/*', 'rz/*']]);
    await must('DELETE', 'sys/policies/acl/ready');
  });

  it('counts a rule once that needs several paths, if the token may not read its policy', async () => {
    await writePolicy('planner', 'path "sys/remount/plan" { capabilities = ["update", "sudo"] }');
    const { auth } = await must('POST', 'auth/token/create', { policies: ['planner'] });
    const body = { from: 'pz', to: 'qz' };
    const answer = await service.call('POST', 'sys/remount/plan', { body, token: auth.client_token });
    expect(answer.body.data).toMatchObject({ policies: [], hidden_policy_rules: { '': 6 } });
  });
});
