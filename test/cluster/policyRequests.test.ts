/** Requests that change policies of a cluster: what is planned, accepted and refused. */

import { beforeEach, describe, expect, it } from 'vitest';
import { readRunPolicies } from '../../functions/bulk/changePolicies.ts';
import { readMigration } from '../../functions/remount/readMigration.ts';
import { front } from './support/front.ts';
import { type TableCluster, tableCluster } from './support/tableCluster.ts';

const f = front();
let cluster: TableCluster;

const MOVES = 'path "sys/remount*" { capabilities = ["update", "sudo", "read"] }\n';
const TEXT = 'path "kv/*" { capabilities = ["read"] } # all\n';
const LINE = 'path "sys/policies/acl/*" { capabilities = ["read", "update"] }';

beforeEach(() => {
  cluster = tableCluster({
    namespaces: {
      '': {
        mounts: { 'kv/': 'kv', 'other/': 'kv' },
        policies: { mover: MOVES, people: TEXT, robots: TEXT },
      },
      'team/': { mounts: { 'kv/': 'kv' }, policies: { people: TEXT } },
      'team/sub/': { id: 'sub' },
    },
    tokens: { t: { policies: { '': ['mover', 'own'] } } },
  });
});

/** Gives the token a policy besides the right to move. */
function own(text: string): void {
  Object.assign(cluster.tables.namespaces['']?.policies as object, { own: text });
}

const policy = (name: string, ...capabilities: string[]) =>
  `path "sys/policies/acl/${name}" { capabilities = ${JSON.stringify(capabilities)} }\n`;

const request = (path: string, fields: object = {}) =>
  f.calls(cluster, 't')('POST', path, { body: { from: 'kv', to: 'moved', policies: 'follow', ...fields } });
const plan = (fields?: object) => request('sys/remount/plan', fields);

const FORBIDDEN = (which: string) =>
  `the token may not write policies that the move would change: ${which}; with "policies": "keep" they stay as they are`;

describe('the plan', () => {
  it('shows the texts that the policies will have, and writes nothing', async () => {
    own(policy('+', 'read', 'update'));
    for (const policies of ['add', 'follow']) {
      const { status, body } = await plan({ policies });
      expect(status).toBe(200);
      const after =
        policies === 'follow'
          ? TEXT.replace('kv/', 'moved/')
          : `${TEXT}# Added by the move of kv/ to moved/\n${TEXT.replace('kv/', 'moved/').replace(' # all', '')}`;
      expect(body.data.policy_changes).toEqual({
        changes: ['people', 'robots'].map((name) => ({ namespace: '', policy: name, before: TEXT, after })),
        left: [],
        hidden: {},
      });
    }
    expect(cluster.tables.namespaces['']?.policies?.people).toBe(TEXT);
  });

  it('tells names and texts only of policies that the token may read', async () => {
    own(policy('+', 'update') + policy('people', 'read', 'update'));
    const { body } = await plan();
    expect(body.data.policies.map(({ policy: name }: { policy: string }) => name)).toEqual(['people']);
    expect(body.data.hidden_policy_rules).toEqual({ '': 1 });
    expect(body.data.policy_changes).toMatchObject({ changes: [{ policy: 'people' }], hidden: { '': 1 } });
    expect(JSON.stringify(body)).not.toContain('robots');
  });

  it('tells only of those that the cluster lets the token read, whatever our code says', async () => {
    own(policy('+', 'read', 'update'));
    const { capabilities } = cluster;
    cluster.capabilities = async (token, at) =>
      at.path.includes('robots') ? ['update'] : capabilities(token, at);
    expect((await plan()).body.data.policy_changes).toMatchObject({
      changes: [{ policy: 'people' }],
      hidden: { '': 1 },
    });
    const kept = (await plan({ policies: 'keep' })).body.data;
    expect(kept.hidden_policy_rules).toEqual({ '': 1 });
    expect(JSON.stringify(kept)).not.toContain('robots');
  });

  it('says which rules cannot go with the mount into another namespace', async () => {
    Object.assign(cluster.tables.namespaces['']?.policies as object, {
      people: 'path "team/kv/*" { capabilities = ["read"] }\n',
    });
    own(
      `${policy('+', 'read', 'update')}path "team/sys/policies/acl/+" { capabilities = ["read", "update"] }\n`,
    );
    const inside = await plan({ from: 'team/kv', to: 'team/sub/kv', allow_copy: true });
    expect(inside.body.data.policy_changes.changes).toEqual([
      {
        namespace: '',
        policy: 'people',
        before: 'path "team/kv/*" { capabilities = ["read"] }\n',
        after: 'path "team/sub/kv/*" { capabilities = ["read"] }\n',
      },
      { namespace: 'team/', policy: 'people', before: TEXT, after: TEXT.replace('kv/', 'sub/kv/') },
    ]);
    const outside = (await plan({ from: 'team/kv', to: 'kv2', allow_copy: true })).body.data;
    expect(outside.policy_changes.changes).toMatchObject([{ namespace: '', policy: 'people' }]);
    expect(outside.policies).toContainEqual(
      expect.objectContaining({
        namespace: 'team/',
        policy: 'people',
        left_because: 'a policy of its namespace cannot name a path outside of that',
      }),
    );
  });
});

describe('a move', () => {
  it('is accepted with the names of the policies that it will change', async () => {
    own(policy('+', 'read', 'update'));
    const { body } = await request('sys/remount');
    const migration = await readMigration(f.records, body.data.migration_id);
    expect(migration?.policies).toEqual({
      mode: 'follow',
      policies: ['people', 'robots'].map((name) => ({ namespaceId: 'root', namespacePath: '', name })),
    });
    expect(migration?.cluster).not.toHaveProperty('policies');
  });

  it('has no order where no rule names the mount', async () => {
    const { body } = await request('sys/remount', { from: 'other', to: 'moved-too' });
    expect(await readMigration(f.records, body.data.migration_id)).not.toHaveProperty('policies');
  });

  it.each(['sys/remount', 'sys/remount/plan'])(
    'is refused if the token may not write a policy, by %s',
    async (path) => {
      own(policy('+', 'read') + policy('people', 'read', 'update'));
      expect(await request(path)).toMatchObject({
        status: 403,
        body: { errors: [FORBIDDEN('"robots" of the root namespace')] },
      });
      own(policy('people', 'read', 'update'));
      expect(await request(path)).toMatchObject({
        status: 403,
        body: { errors: [FORBIDDEN('1 of the root namespace that it may not read')] },
      });
    },
  );

  it('is refused if the cluster forbids it, whatever our code says', async () => {
    own(policy('+', 'read', 'update'));
    const { capabilities } = cluster;
    cluster.capabilities = async (token, at) =>
      at.path.includes('robots') ? ['read'] : capabilities(token, at);
    expect(await request('sys/remount')).toMatchObject({
      status: 403,
      body: { errors: [FORBIDDEN('"robots" of the root namespace')] },
    });
  });

  it('is refused if our code forbids what is sent, though the cluster allows the path', async () => {
    own(`${policy('+', 'read')}path "sys/policies/acl/+" {
      capabilities = ["read", "update"]
      denied_parameters = { "policy" = ["${'*'}moved/${'*'}"] }
    }`);
    expect((await request('sys/remount')).status).toBe(403);
  });

  it.each(['sys/remount', 'sys/remount/plan'])(
    'is refused with the line that the policy of the service lacks, by %s',
    async (path) => {
      own(policy('+', 'read', 'update'));
      cluster.tables.lacks = `the policy of the service lacks: ${LINE}`;
      const answer = await request(path);
      expect(answer).toMatchObject({ status: 502, body: { errors: [cluster.tables.lacks] } });
      expect((await request(path, { policies: 'keep' })).status).toBe(200);
    },
  );

  it('of another word is refused', async () => {
    expect(await request('sys/remount', { policies: 'all' })).toMatchObject({
      status: 400,
      body: { errors: ['policies is one of "keep", "add", "follow"'] },
    });
  });
});

describe('a run', () => {
  const run = (fields: object = {}) => {
    const moves = [
      { from: 'kv', to: 'moved' },
      { from: 'other', to: 'moved-too' },
    ];
    return f.calls(cluster, 't')('POST', 'sys/remount/bulk', {
      body: { moves, policies: 'follow', ...fields },
    });
  };

  it('is planned with one change of each policy, of those that the token may read', async () => {
    own(policy('+', 'update') + policy('people', 'read', 'update'));
    const { status, body } = await run({ dry_run: true });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.data.policy_changes).toEqual({
      changes: [{ namespace: '', policy: 'people', before: TEXT, after: TEXT.replace('kv/', 'moved/') }],
      left: [],
      hidden: { '': 1 },
    });
    expect(JSON.stringify(body)).not.toContain('robots');
  });

  it('tells only of policies that the cluster lets the token read, whatever our code says', async () => {
    own(policy('+', 'read', 'update'));
    Object.assign(cluster.tables.namespaces['']?.policies as object, {
      robots: 'path "k*" { capabilities = ["read"] }',
    });
    const { capabilities } = cluster;
    const rulesTold = async () => (await run({ dry_run: true })).body.data;
    expect((await rulesTold()).policies).toMatchObject([{ policy: 'robots' }]);
    cluster.capabilities = async (token, at) =>
      at.path.includes('robots') ? ['update'] : capabilities(token, at);
    const told = await rulesTold();
    expect([told.policies, told.hidden_policy_rules]).toEqual([[], { '': 1 }]);
  });

  it('is accepted, and has the policies that it will change', async () => {
    own(policy('+', 'read', 'update'));
    const { status, body } = await run();
    expect(status, JSON.stringify(body)).toBe(200);
    expect(await readRunPolicies(f.records.store, body.data.bulk_id)).toMatchObject([
      { name: 'people', phase: 'ordered' },
      { name: 'robots', phase: 'ordered' },
    ]);
  });

  it.each([true, false])('is refused if the token may not write a policy (dry run: %s)', async (dry_run) => {
    own(policy('+', 'read') + policy('people', 'read', 'update'));
    expect(await run({ dry_run })).toMatchObject({
      status: 403,
      body: { errors: [FORBIDDEN('"robots" of the root namespace')] },
    });
  });

  it('is refused if the cluster forbids it, whatever our code says', async () => {
    own(policy('+', 'read', 'update'));
    const { capabilities } = cluster;
    cluster.capabilities = async (token, at) =>
      at.path.includes('robots') ? ['read'] : capabilities(token, at);
    expect((await run()).status).toBe(403);
  });

  it.each([true, false])(
    'is refused if the service may not write policies (dry run: %s)',
    async (dry_run) => {
      own(policy('+', 'read', 'update'));
      cluster.tables.lacks = `the policy of the service lacks: ${LINE}`;
      expect(await run({ dry_run })).toMatchObject({ status: 502, body: { errors: [cluster.tables.lacks] } });
      expect((await run({ dry_run, policies: 'keep' })).status).toBe(200);
    },
  );
});
