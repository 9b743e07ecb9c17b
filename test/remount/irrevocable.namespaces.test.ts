/** Who may see and drop the leases that a migration could not revoke: they belong to the namespace that has issued them. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Item } from '../../functions/ports/store.ts';
import { issuersWithin } from '../../functions/remount/issuersWithin.ts';
import { namespaceByPath } from '../../functions/tree/findNamespace.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { leasesOf } from '../../infra/demo/measure/fill.ts';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;
/** The mount, which was moved from the first namespace into the second. */
let name: string;
let uuid: string;
let id: string;
let leaseId: string;

const ALL = 'path "sys/*" { capabilities = ["create", "read", "update", "list", "sudo"] }';
const MOVES = 'path "sys/remount/*" { capabilities = ["read", "update", "sudo"] }';

async function must(method: string, path: string, body?: object, namespace = '') {
  const answer = await service.call(method, path, { body, namespace });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

/** A token with one policy, in a namespace. */
async function tokenWith(policy: string, namespace: string): Promise<string> {
  const policyName = service.deps.ids.hex(8);
  await must('POST', `sys/policies/acl/${policyName}`, { policy }, namespace);
  const made = await must('POST', 'auth/token/create', { policies: [policyName] }, namespace);
  return made.auth.client_token;
}

function ask(method: string, namespace: string, path: string, body?: object, token?: string) {
  return service.call(method, path, { namespace, body, ...(token !== undefined && { token }) });
}

const list = (namespace: string, token?: string) =>
  ask('GET', namespace, `sys/remount/irrevocable/${id}`, undefined, token);

const force = (namespace: string, token?: string) =>
  ask('POST', namespace, `sys/remount/irrevocable/${id}/retry`, { force: true }, token);

const leases = async () => (await leasesOf(service.deps.store, uuid)).flat();

beforeAll(async () => {
  service = await remountService();
  await must('POST', 'sys/namespaces/above');
  for (const namespace of ['source', 'target'])
    await must('POST', `sys/namespaces/${namespace}`, {}, 'above');
});
afterAll(() => service.stop());

/** A mount of a namespace, with two leases. One of them is damaged, so that a move cannot revoke it. */
beforeEach(async () => {
  name = `ssh-${service.deps.ids.hex(8)}`;
  await must('POST', `sys/mounts/${name}`, { type: 'ssh' }, 'above/source');
  const role = { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' };
  await must('POST', `${name}/roles/payroll-admin`, role, 'above/source');
  uuid = (await must('GET', `sys/mounts/${name}`, undefined, 'above/source')).data.uuid;
  for (let i = 0; i < 2; i++)
    await must('POST', `${name}/creds/payroll-admin`, { ip: '10.1.2.3' }, 'above/source');
  const [{ owns: _owns, ...broken }] = (await leases()) as [Item];
  await service.deps.store.commit([{ put: { table: 'leases', ...(broken as Item) } }]);
  leaseId = broken.id as string;
  id = await service.move(`source/${name}`, `target/${name}`, {}, { namespace: 'above' });
});

describe('the leases that a migration could not revoke', () => {
  it.each(['above/source', 'above', ''])('are told and dropped in the namespace "%s"', async (namespace) => {
    expect((await list(namespace)).body.data).toMatchObject({ keys: [leaseId], hidden_leases: 0 });
    expect((await force(namespace)).body.data).toMatchObject({ leases_revoked: 1, leases_irrevocable: 0 });
    expect(await leases()).toEqual([]);
  });

  it('are told by their number only in the namespace of the target, and stay', async () => {
    const { status, body } = await list('above/target');
    expect(status).toBe(200);
    expect(body.data).toEqual({ keys: [], key_info: {}, hidden_leases: 1 });
    expect(await force('above/target')).toMatchObject({
      status: 400,
      body: {
        errors: ['the leases were issued outside this namespace; ask in a namespace at or above the source'],
      },
    });
    expect(await leases()).toHaveLength(1);
    expect((await list('above/source')).body.data.keys).toEqual([leaseId]);
  });

  it('are told only to a token that may list them', async () => {
    const namespace = 'above/source';
    const lookup = (path: string, capabilities = '"list", "sudo"', limits = '') =>
      `path "sys/leases/lookup/${name}/${path}" { capabilities = [${capabilities}] ${limits} }`;
    const plain = await tokenWith(MOVES, namespace);
    const hidden = { keys: [], key_info: {}, hidden_leases: 1 };
    for (const rules of [
      '',
      lookup(''),
      lookup('*', '"list"'),
      lookup('*') + lookup('creds/*', '"deny"'),
      lookup('*', '"list", "sudo"', 'min_wrapping_ttl = "1m"'),
    ])
      expect((await list(namespace, await tokenWith(MOVES + rules, namespace))).body.data).toEqual(hidden);
    for (const rules of [lookup('*'), lookup('creds/payroll-admin')])
      expect((await list(namespace, await tokenWith(MOVES + rules, namespace))).body.data).toMatchObject({
        keys: [leaseId],
        hidden_leases: 0,
      });
    expect((await force(namespace, plain)).body.data).toMatchObject({ leases_revoked: 1 });
  });

  it('are neither told nor dropped by the endpoints of leases where the mount is now', async () => {
    const query = { type: ['irrevocable'] };
    const token = await tokenWith(ALL, 'above/target');
    const options = { namespace: 'above/target', token };
    const shown = await service.call('GET', 'sys/leases', { ...options, query });
    expect(shown.body.data).toEqual({ lease_count: 0, leases: [] });
    const counted = await service.call('GET', 'sys/leases/count', { ...options, query });
    expect(counted.body.data).toEqual({ lease_count: 0, counts: {} });
    for (const kind of ['prefix', 'force'])
      expect((await service.call('POST', `sys/leases/revoke-${kind}/${name}`, options)).status).toBe(204);
    expect(await leases()).toHaveLength(1);
    const below = { type: ['irrevocable'], include_child_namespaces: ['true'] };
    const above = await service.call('GET', 'sys/leases', { namespace: 'above', query: below });
    expect(above.body.data.leases).toContainEqual(expect.objectContaining({ lease_id: leaseId }));
  });

  it('are not told while the namespace that has issued them is locked, and are told again later', async () => {
    const { unlock_key } = (await must('POST', 'sys/namespaces/api-lock/lock/source', undefined, 'above'))
      .data;
    expect((await list('above')).body.data).toEqual({ keys: [], key_info: {}, hidden_leases: 1 });
    await must('POST', 'sys/namespaces/api-lock/unlock/source', { unlock_key }, 'above');
    expect((await list('above')).body.data.keys).toEqual([leaseId]);
  });

  it('of a namespace that is neither that of the source nor known any more are left to the root namespace', async () => {
    const { store } = service.deps;
    const source = { namespaceId: 'abcdef', namespacePath: 'above/source/', path: 'ssh/' };
    const lease = { pk: `${uuid}#0`, sk: 'creds/web/x.zzzzzz' };
    const entries = [{ lease, leaseId: `old/${lease.sk}`, reason: '', at: 0 }];
    const above = await namespaceByPath(store, 'above');
    expect(await issuersWithin({ store }, { source }, entries, above)).toEqual([undefined]);
    expect(await issuersWithin({ store }, { source }, entries, ROOT)).toEqual([
      { namespacePath: '', isLocked: false },
    ]);
  });
});
