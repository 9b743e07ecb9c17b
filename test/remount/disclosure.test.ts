/** What answers about migrations tell only to those who may read it elsewhere. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runMigration } from '../support/workflow.ts';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;

async function must(method: string, path: string, body?: object, namespace = '') {
  const answer = await service.call(method, path, { body, namespace });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

/** A token with one policy, in a namespace. */
async function tokenWith(policy: string, namespace = ''): Promise<string> {
  const name = service.deps.ids.hex(8);
  await must('POST', `sys/policies/acl/${name}`, { policy }, namespace);
  return (await must('POST', 'auth/token/create', { policies: [name] }, namespace)).auth.client_token;
}

const PLANS = 'path "sys/remount/plan" { capabilities = ["update", "sudo"] }\n';

beforeAll(async () => {
  service = await remountService();
  await must('POST', 'sys/namespaces/ns');
  await must('POST', 'sys/mounts/ssh', { type: 'ssh' }, 'ns');
  const role = { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' };
  await must('POST', 'ssh/roles/web', role, 'ns');
  await must('POST', 'ssh/creds/web', { ip: '10.1.2.3' }, 'ns');
  const policy =
    'path "ssh/creds/web" { capabilities = ["update"] } path "ssh/roles/*" { capabilities = ["read"] }';
  await must('POST', 'sys/policies/acl/ops', { policy }, 'ns');
  await must(
    'POST',
    'sys/policies/acl/other',
    { policy: 'path "ssh/config" { capabilities = ["read"] }' },
    'ns',
  );
});
afterAll(() => service.deps.stop());

async function planFor(policy: string) {
  const token = await tokenWith(policy, 'ns');
  const body = { from: 'ssh', to: 'moved' };
  const answer = await service.call('POST', 'sys/remount/plan', { body, token, namespace: 'ns' });
  expect(answer.status, answer.text).toBe(200);
  return answer.body.data;
}

describe('a plan', () => {
  it('tells a token that may only plan no policy and no role, but how many there are', async () => {
    const plan = await planFor(PLANS);
    expect(plan.policies).toEqual([]);
    expect(plan.hidden_policy_rules).toEqual({ 'ns/': 3 });
    expect(plan.revokes).toMatchObject({ total: 1, by_role: {} });
    expect(JSON.stringify(plan)).not.toMatch(/ops|web/);
  });

  it.each(['sys/policies/acl/ops', 'sys/policy/ops'])(
    'tells the rules of a policy to who may read %s',
    async (path) => {
      const plan = await planFor(`${PLANS} path "${path}" { capabilities = ["read"] }`);
      expect(plan.policies.map((rule: { policy: string; path: string }) => [rule.policy, rule.path])).toEqual(
        [
          ['ops', 'ssh/creds/web'],
          ['ops', 'ssh/roles/*'],
        ],
      );
      expect(plan.hidden_policy_rules).toEqual({ 'ns/': 1 });
    },
  );

  it.each(['min_wrapping_ttl = "1m"', 'max_wrapping_ttl = "5m"'])(
    'tells nothing that a direct answer would have to be wrapped for, by %s',
    async (limit) => {
      const reads = `path "sys/policies/acl/*" { capabilities = ["read", "update"] ${limit} }`;
      const lists = `path "sys/leases/lookup/*" { capabilities = ["list", "sudo"] ${limit} }`;
      const plan = await planFor(`${PLANS} ${reads} ${lists}`);
      expect(plan.policies).toEqual([]);
      expect(plan.revokes.by_role).toEqual({});
    },
  );

  it('tells the roles to who may list them among the leases', async () => {
    const lookup = (path: string, capabilities = '"list", "sudo"') =>
      `path "sys/leases/lookup/ssh/${path}" { capabilities = [${capabilities}] }`;
    const rolesFor = async (rules: string) => (await planFor(`${PLANS} ${rules}`)).revokes.by_role;
    expect(await rolesFor(lookup('creds', '"list"'))).toEqual({});
    expect(await rolesFor(lookup(''))).toEqual({});
    expect(await rolesFor(lookup('*') + lookup('creds', '"deny"'))).toEqual({});
    for (const path of ['creds', '*']) expect(await rolesFor(lookup(path))).toEqual({ 'creds/web': 1 });
  });
});

describe('a move that fails because its target is taken', () => {
  it('names what is below the target only where that is in the namespace of the source', async () => {
    await must('POST', 'sys/namespaces/other');
    await must('POST', 'sys/mounts/kv-a', { type: 'kv' });
    await must('POST', 'sys/mounts/kv-b', { type: 'kv' }, 'ns');
    const ids = [await service.accept('kv-a', 'other/taken'), await service.accept('ns/kv-b', 'other/taken')];
    await must('POST', 'sys/mounts/taken/secret-project', { type: 'kv' }, 'other');
    for (const id of ids) await runMigration(service.deps, id);
    const errors = await Promise.all(ids.map(async (id) => (await service.info(id)).error.message));
    expect(errors).toEqual([
      'path already in use at "other/taken/secret-project/"',
      'path already in use at "other/taken/"',
    ]);
  });
});

describe('the requester', () => {
  const READS = 'path "sys/remount/*" { capabilities = ["read", "list"] }';
  const hidden = { display_name: '', accessor: '', namespace: '' };

  it('of a move and of a run is told to tokens of its namespace and above, not to those below', async () => {
    await must('POST', 'sys/mounts/kv', { type: 'kv' });
    const id = await service.move('kv', 'ns/kv');
    const moves = [{ from: 'kv', to: 'kv-2' }];
    const { bulk_id } = (await must('POST', 'sys/remount/bulk', { moves }, 'ns')).data;
    const below = await tokenWith(READS, 'ns');
    const paths = [`sys/remount/status/${id}`, `sys/remount/bulk/${bulk_id}`];
    for (const path of paths) {
      const seen = (token?: string) =>
        service.call('GET', path, { namespace: 'ns', ...(token !== undefined && { token }) });
      const [own, other] = [await seen(), await seen(below)];
      const infoOf = ({ body }: typeof own) => body.data.migration_info ?? body.data.bulk_info;
      expect(infoOf(own).requested_by).toMatchObject({ accessor: expect.stringMatching(/\w{10}/) });
      expect(infoOf(other).requested_by).toEqual(hidden);
    }
    for (const path of ['sys/remount/status', 'sys/remount/bulk']) {
      const { body } = await service.call('LIST', path, { token: below, namespace: 'ns' });
      const infos: { requested_by: object }[] = Object.values(body.data.key_info);
      expect(infos.map(({ requested_by }) => requested_by)).toEqual(infos.map(() => hidden));
    }
  });

  it('of a schedule, and the policies of its namespace, are told to the same tokens', async () => {
    const mover = service.deps.ids.hex(8);
    const policy = 'path "ns/sys/remount/bulk" { capabilities = ["update", "sudo"] }';
    await must('POST', `sys/policies/acl/${mover}`, { policy });
    const body = { schedule: 'rate(1 day)', rules: [{ from: 'a/*', to: 'b/*' }], policies: [mover] };
    await must('POST', 'sys/remount/schedules/nightly', body, 'ns');
    const path = 'sys/remount/schedules/nightly';
    const { data: own } = await must('GET', path, undefined, 'ns');
    const below = await service.call('GET', path, { token: await tokenWith(READS, 'ns'), namespace: 'ns' });
    expect(own).toMatchObject({ policies: expect.arrayContaining([mover]), policies_namespace: '' });
    expect(below.body.data).toMatchObject({ policies: [], policies_namespace: '', requested_by: hidden });
  });
});
