import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeNamespace } from '../support/place.ts';
import { runMigration } from '../support/workflow.ts';
import { type RemountService, remountService } from './remountService.ts';

let service: RemountService;

beforeAll(async () => {
  service = await remountService();
  await placeNamespace(service.deps, ROOT, 'ns1');
});
afterAll(() => service.deps.stop());

async function must(method: string, path: string, body?: object, namespace = '') {
  const answer = await service.call(method, path, { body, namespace });
  expect(answer.status, answer.text).toBeLessThan(300);
  return answer.body;
}

function preview(from: string, to: string, more: object = {}) {
  return service.call('POST', 'sys/remount', { body: { from, to, dry_run: true, ...more } });
}

/** Everything that a move would change: the tree, the list of migrations, the workflows. */
async function everything(): Promise<unknown[]> {
  const tree = await service.deps.store.query({ table: 'mounts', pk: 'root' });
  const list = await service.call('LIST', 'sys/remount/status');
  return [tree, list.body.data, service.deps.started.length];
}

describe('a dry run', () => {
  beforeAll(async () => {
    await must('POST', 'sys/mounts/ssh', { type: 'ssh' });
    const role = { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' };
    for (const name of ['web', 'db']) await must('POST', `ssh/roles/${name}`, role);
    for (const name of ['web', 'web', 'db']) await must('POST', `ssh/creds/${name}`, { ip: '10.1.2.3' });
    const policy = 'path "ssh/creds/+" { capabilities = ["update"] } path "kv/*" { capabilities = ["read"] }';
    await must('POST', 'sys/policies/acl/ops', { policy });
    await must('POST', 'sys/policies/acl/none', { policy: 'path "kv/*" { capabilities = ["read"] }' });
  });

  it('shows the target, what would be revoked, and which policy rules would no longer match', async () => {
    const before = await everything();
    const { status, body } = await preview('ssh', 'ns1/ssh');
    expect(status).toBe(200);
    expect(body.data).toEqual({
      dry_run: true,
      hidden_policy_rules: {},
      source_mount: 'ssh/',
      target_mount: 'ns1/ssh/',
      type: 'ssh',
      accessor: expect.stringMatching(/^ssh_/),
      uuid: expect.any(String),
      namespaces_crossed: true,
      source_namespace: '',
      target_namespace: 'ns1/',
      revokes: { kind: 'leases', total: 3, by_role: { 'creds/web': 2, 'creds/db': 1 }, complete: true },
      policies: [
        {
          namespace: '',
          policy: 'ops',
          path: 'ssh/creds/+',
          capabilities: ['update'],
          replacement: { namespace: '', path: 'ns1/ssh/creds/+' },
        },
      ],
      estimate: { state_transitions: 58, seconds: 2 },
    });
    expect(body).not.toHaveProperty('migration_id');
    expect(body.warnings).toBeNull();
    expect(await everything()).toEqual(before);
  });

  it('names the namespace for a rule whose own namespace cannot match the target', async () => {
    await must('POST', 'sys/mounts/kv', { type: 'kv' }, 'ns1/');
    await must(
      'POST',
      'sys/policies/acl/reader',
      { policy: 'path "kv/a" { capabilities = ["read"] }' },
      'ns1/',
    );
    const { body } = await preview('ns1/kv', 'kv');
    expect(body.data.policies).toEqual([
      {
        namespace: 'ns1/',
        policy: 'reader',
        path: 'kv/a',
        capabilities: ['read'],
        replacement: { namespace: '', path: 'kv/a' },
      },
    ]);
    expect(body.data.estimate.state_transitions).toBe(2);
  });

  it('says which path goes on answering, and for how long', async () => {
    const { body } = await preview('ns1/kv', 'ns1/kv2', { alias_ttl: '36h' });
    expect(body.data.alias).toEqual({ path: 'ns1/kv/', ttl: 129_600 });
    const plain = await preview('ns1/kv', 'ns1/kv2');
    expect(plain.body.data).not.toHaveProperty('alias');
    for (const alias_ttl of ['91d', '0', ''])
      expect((await preview('ns1/kv', 'ns1/kv2', { alias_ttl })).status).toBe(400);
  });

  it('makes every check of a move', async () => {
    expect(await preview('nothing', 'there')).toMatchObject({ status: 400 });
    expect(await preview('ssh', 'ns1/kv/x')).toMatchObject({
      status: 400,
      body: { errors: ['path already in use at "ns1/kv/"'] },
    });
    expect(await preview('ssh', 'a//b')).toMatchObject({ status: 400 });
  });

  it('leaves its idempotency key free', async () => {
    expect((await preview('ssh', 'ssh2', { idempotency_key: 'dry' })).status).toBe(200);
    const answer = await service.call('POST', 'sys/remount', {
      body: { from: 'ssh', to: 'ssh2', idempotency_key: 'dry' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers).not.toHaveProperty('Idempotent-Replayed');
  });

  it('names the migration that a request would repeat', async () => {
    const { body } = await service.call('POST', 'sys/remount', { body: { from: 'ns1/kv', to: 'moved' } });
    await runMigration(service.deps, body.migration_id);
    expect((await preview('ns1/kv', 'moved')).body.data).toEqual({
      dry_run: true,
      migration_id: body.migration_id,
    });
  });
});
