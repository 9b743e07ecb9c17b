import { beforeEach, describe, expect, it } from 'vitest';
import { clusterStep } from '../../functions/cluster/step.ts';
import { MAX_STEP_DOWNS, SEEN_MS } from '../../functions/limits.ts';
import { buildAcl } from '../../functions/policies/acl.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import { ClusterForbids } from '../../functions/ports/cluster.ts';
import { cancelMigration } from '../../functions/remount/cancelMigration.ts';
import { listIrrevocable } from '../../functions/remount/irrevocable.ts';
import type { Migration } from '../../functions/remount/migration.ts';
import { migrationInfo } from '../../functions/remount/migrationInfo.ts';
import { readMigration } from '../../functions/remount/readMigration.ts';
import { OPERATOR, type Reader } from '../../functions/remount/requesterInfo.ts';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { testDeps } from '../support/testDeps.ts';
import { throughFile } from '../support/throughFile.ts';
import { accept, type ClusterDeps, runToEnd, sleeplessClock, step } from './support/clusterSteps.ts';
import { FakeCluster, unavailable } from './support/fakeCluster.ts';

const service = throughFile(testDeps);
let cluster: FakeCluster;
let deps: ClusterDeps;
let serial = 0;

beforeEach(() => {
  cluster = new FakeCluster();
  // Each test has its own mount: the claims of the others are in the same table.
  cluster.table.clear();
  cluster.mount('kv/', { accessor: `kv_${++serial}` });
  deps = { ...service, cluster, clock: sleeplessClock() };
});

const A_DAY_MS = 24 * 3_600_000;

async function irrevocableOf(migration: Migration) {
  const operator = { namespace: ROOT, acl: OPERATOR.acl };
  return (await listIrrevocable(deps, migration, operator, {})).told;
}

function clusterInfoOf(migration: Migration, reader: Reader = OPERATOR) {
  return migrationInfo(migration, reader).cluster;
}

const OTHER: Namespace = {
  id: 'nsNsNs',
  uuid: 'uuid-of-the-namespace',
  path: 'team/',
  lineage: ['root', 'nsNsNs'],
  metadata: {},
};

/** The same, as the cluster lists it. */
const TEAM = { id: OTHER.id, uuid: OTHER.uuid, name: 'team/', metadata: {}, isLocked: false };

describe('a move on a cluster', () => {
  it('revokes the leases first and then moves the mount', async () => {
    const ids = cluster.issue('kv/', 'creds/r', 40);
    const id = await accept(deps, cluster);
    const migration = await runToEnd(deps, id);
    expect(migration).toMatchObject({ status: 'success', phase: 'done', leasesRevoked: 40 });
    expect(cluster.posts).toEqual([{ from: 'kv/', to: 'moved/', leases: 0 }]);
    expect(new Set(cluster.revoked)).toEqual(new Set(ids));
    expect([...cluster.table.keys()]).toEqual(['moved/']);
  });

  it('without a lease ends in one step', async () => {
    const id = await accept(deps, cluster);
    expect(await step(deps, id)).toMatchObject({ next: 'end' });
    expect((await readMigration(deps, id))?.status).toBe('success');
  });

  it('shows what the cluster has done in its status', async () => {
    cluster.issue('kv/', 'creds/r', 3);
    const migration = await runToEnd(deps, await accept(deps, cluster));
    expect(migrationInfo(migration, OPERATOR)).toMatchObject({
      phase: 'done',
      progress: { leases_total: 3, leases_revoked: 3, leases_irrevocable: 0 },
      cluster: { migration_id: 'of-the-cluster-1', drains: 1, posts: 1, warnings: [] },
    });
    expect(migration.switchedAt).toBeDefined();
  });

  it('ends before the rest is touched when one lease of a role cannot be revoked', async () => {
    cluster.issue('kv/', 'creds/good', 5);
    const [first = ''] = cluster.issue('kv/', 'creds/bad', 5);
    cluster.stubborn.set(first, 'failed to revoke entry: connection refused');
    const migration = await runToEnd(deps, await accept(deps, cluster));
    expect(migration).toMatchObject({ status: 'failure', error: { code: 'lease_not_revoked' } });
    expect(migration.error?.message).toBe(
      'a lease could not be revoked; the mount is served at "kv/"; 1 leases had been revoked by then',
    );
    expect(cluster.revoked).toEqual(['kv/creds/good/0']);
    expect(cluster.posts).toEqual([]);
  });

  it('revokes the leases of the roles in turn, because an engine may do those of one role one by one', async () => {
    for (const role of ['a', 'b', 'c']) cluster.issue('kv/', `creds/${role}`, 3);
    const id = await accept(deps, cluster, { options: { drainConcurrency: 1 } });
    expect((await runToEnd(deps, id)).status).toBe('success');
    expect(cluster.revoked.map((lease) => lease.split('/').at(-2))).toEqual([...'abcabcabc']);
  });

  it('drops a lease that cannot be revoked if it may, and lists it', async () => {
    const [, stubborn = ''] = cluster.issue('kv/', 'creds/r', 4);
    cluster.stubborn.set(stubborn, 'connection refused');
    const id = await accept(deps, cluster, { options: { onRevokeError: 'force' } });
    const migration = await runToEnd(deps, id);
    expect(migration).toMatchObject({ status: 'success', leasesRevoked: 3, leasesIrrevocable: 1 });
    expect(cluster.forced).toEqual([stubborn]);
    expect(await irrevocableOf(migration)).toMatchObject([
      { leaseId: stubborn, reason: 'connection refused' },
    ]);
  });

  it('does not move a mount that issues faster than it can be drained', async () => {
    cluster.issue('kv/', 'creds/r', 3);
    cluster.before = async (method) => {
      if (method !== 'revoke') return;
      deps.clock.pass(2_000);
      cluster.issue('kv/', 'creds/r', 5);
    };
    const migration = await runToEnd(deps, await accept(deps, cluster));
    expect(migration.error).toMatchObject({ code: 'drain_not_converging' });
    expect(migration.error?.message).toContain('after 3 rounds');
    expect(cluster.posts).toEqual([]);
  });

  it('drains an auth method once, because its clients log in again', async () => {
    cluster.mount('auth/people/', { accessor: `auth_${serial}` });
    cluster.issue('auth/people/', 'login/u', 3);
    let logins = 0;
    cluster.before = (method) => {
      if (method === 'revoke' && logins++ < 20) cluster.issue('auth/people/', `login/new${logins}`, 1);
    };
    const id = await accept(deps, cluster, { from: 'auth/people/', to: 'auth/staff/' });
    const migration = await runToEnd(deps, id);
    expect(migration).toMatchObject({ status: 'success', cluster: { rounds: 1 } });
    expect(cluster.posts).toEqual([{ from: 'auth/people/', to: 'auth/staff/', leases: 3 }]);
  });

  it('can be cancelled while it is drained, and not later', async () => {
    cluster.issue('kv/', 'creds/r', 200);
    const id = await accept(deps, cluster);
    let cancelled: Promise<Migration> | undefined;
    const cancel = async () => cancelMigration(deps, (await readMigration(deps, id)) as Migration, 'stop');
    cluster.before = async (method) => {
      if (method !== 'revoke' || cluster.revoked.length < 50) return;
      cancelled ??= cancel();
      await cancelled;
    };
    const migration = await runToEnd(deps, id);
    expect(migration).toMatchObject({ status: 'failure', error: { code: 'cancelled' } });
    expect(cluster.posts).toEqual([]);
  });

  it('cannot be cancelled once the cluster has been told to move', async () => {
    cluster.fates = ['hanging'];
    const id = await accept(deps, cluster);
    await step(deps, id);
    const migration = (await readMigration(deps, id)) as Migration;
    expect(migration.phase).toBe('moving');
    await expect(cancelMigration(deps, migration, 'stop')).rejects.toMatchObject({ status: 409 });
    cluster.end('kv/', 'moved/');
    expect((await runToEnd(deps, id)).status).toBe('success');
    expect(cluster.posts).toHaveLength(1);
  });
});

describe('the lease that has ended a migration', () => {
  const LOOKUP = 'path "sys/leases/lookup/*" { capabilities = ["list", "sudo"] }';
  let lease: string;
  let migration: Migration;

  beforeEach(async () => {
    cluster.spaces.set('team/', TEAM);
    cluster.mount('team/kv/', { accessor: `kv_${++serial}` });
    [lease = ''] = cluster.issue('team/kv/', 'creds/payroll-admin', 1);
    cluster.stubborn.set(lease, 'role "v-alice-payroll" cannot be dropped');
    migration = await runToEnd(deps, await accept(deps, cluster, { source: OTHER }));
    expect(migration.error?.code).toBe('lease_not_revoked');
  });

  const reader = (namespacePath: string, policy: string): Reader => ({
    namespacePath,
    acl: buildAcl([{ namespacePath, policy: parsePolicy(policy) }]),
  });

  it.each([
    ['team/', LOOKUP],
    ['', LOOKUP.replace('sys', 'team/sys')],
  ])('is told to a token of the namespace "%s" that may list the leases there', (namespacePath, policy) => {
    expect(clusterInfoOf(migration, reader(namespacePath, policy))?.refused_lease).toEqual({
      lease_id: lease,
      reason: 'role "v-alice-payroll" cannot be dropped',
    });
  });

  it.each([
    ['may not list the leases', 'team/', 'path "sys/remount/*" { capabilities = ["read", "sudo"] }'],
    ['may list them without sudo', 'team/', LOOKUP.replace(', "sudo"', '')],
    ['is of the namespace of the target', 'target/', LOOKUP],
    ['may list those of another namespace', '', LOOKUP],
  ])('is not told to a token that %s, with all words about it', (_, namespacePath, policy) => {
    const info = migrationInfo(migration, reader(namespacePath, policy));
    expect(info.error?.message).toContain('a lease could not be revoked; the mount is served at "team/kv/"');
    expect(info.cluster?.refused_lease).toBeNull();
    expect(JSON.stringify(info)).not.toMatch(/payroll|creds/);
  });
});

describe('what the cluster shows after a post decides', () => {
  it('untouched: drains and posts again, three times, and fails', async () => {
    cluster.fates = ['untouched', 'untouched', 'untouched'];
    const migration = await runToEnd(deps, await accept(deps, cluster));
    expect(migration.error?.code).toBe('move_failed');
    expect(cluster.posts).toHaveLength(3);
    expect([...cluster.table.keys()]).toEqual(['kv/']);
  });

  it('untouched once: succeeds with the second post', async () => {
    cluster.fates = ['untouched'];
    const migration = await runToEnd(deps, await accept(deps, cluster));
    expect(migration).toMatchObject({ status: 'success', cluster: { posts: 2 } });
  });

  it('tainted: stays in progress and moves it when the leases can be revoked', async () => {
    const id = await accept(deps, cluster);
    let late: string[] = [];
    cluster.before = (method) => {
      if (method !== 'remount' || late.length > 0) return;
      late = cluster.issue('kv/', 'creds/r', 1);
      cluster.stubborn.set(late[0] as string, 'connection refused');
    };
    for (let i = 0; i < 20; i++) deps.clock.pass((await step(deps, id)).seconds * 1_000);
    const tainted = (await readMigration(deps, id)) as Migration;
    expect(tainted).toMatchObject({ status: 'in-progress', phase: 'tainted' });
    expect(tainted.taintedAt).toBeDefined();
    expect(clusterInfoOf(tainted)).toMatchObject({
      waiting_for: 'a lease could not be revoked',
      refused_lease: { lease_id: late[0], reason: 'connection refused' },
    });
    cluster.stubborn.clear();
    const migration = await runToEnd(deps, id);
    expect(migration).toMatchObject({ status: 'success' });
    expect(clusterInfoOf(migration)).toMatchObject({ waiting_for: null, refused_lease: null });
    expect([...cluster.table]).toMatchObject([['moved/', { isTainted: false }]]);
  });

  it('tainted for a day: fails, and says that it may yet move', async () => {
    const id = await accept(deps, cluster);
    cluster.before = (method) => {
      if (method !== 'remount') return;
      for (const lease of cluster.issue('kv/', 'creds/r', 1)) cluster.stubborn.set(lease, 'refused');
    };
    for (let i = 0; i < 10; i++) deps.clock.pass((await step(deps, id)).seconds * 1_000);
    expect(await readMigration(deps, id)).toMatchObject({ status: 'in-progress', phase: 'tainted' });
    deps.clock.pass(A_DAY_MS);
    const migration = await runToEnd(deps, id);
    expect(migration.error?.code).toBe('mount_tainted');
    expect(migration.error?.message).toContain('may yet move');
    expect((migration.finishedAt ?? 0) - (migration.taintedAt ?? 0)).toBeGreaterThan(24 * 3_600_000);
  });

  it('tainted without a lease that prevents it: is tried again with longer and longer pauses, for a day', async () => {
    const id = await accept(deps, cluster);
    const start = deps.clock.now();
    cluster.fates = Array.from({ length: 100 }, () => 'tainted');
    while (deps.clock.now() < start + 3_600_000) deps.clock.pass((await step(deps, id)).seconds * 1_000);
    expect(cluster.posts.length).toBeLessThan(50);
    expect(await readMigration(deps, id)).toMatchObject({
      phase: 'tainted',
      cluster: { waiting: { why: 'a move of the cluster has failed' } },
    });
    deps.clock.pass(A_DAY_MS);
    expect((await runToEnd(deps, id)).error?.code).toBe('mount_tainted');
  });

  it.each([
    ['half', 'half_moved'],
    ['gone', 'mount_gone'],
    ['elsewhere', 'mount_elsewhere'],
  ] as const)('%s: fails with %s and is never tried again', async (fate, code) => {
    cluster.fates = [fate];
    const migration = await runToEnd(deps, await accept(deps, cluster));
    expect(migration).toMatchObject({ status: 'failure', error: { code } });
    expect(cluster.posts).toHaveLength(1);
  });

  it('a target that was taken meanwhile: fails with the words of the cluster', async () => {
    const id = await accept(deps, cluster);
    cluster.before = (method) => {
      if (method === 'remount') cluster.mount('moved/', { accessor: 'of-somebody-else' });
    };
    const migration = await runToEnd(deps, id);
    expect(migration.error?.message).toContain('path already in use at "moved/"');
    expect(migration.error?.code).toBe('move_refused');
  });

  it.each(['revoke', 'remount'])(
    'moved to the target by somebody else (before: %s): succeeds',
    async (method) => {
      cluster.issue('kv/', 'creds/r', 3);
      const id = await accept(deps, cluster);
      cluster.before = (called) => {
        if (called !== method) return;
        cluster.before = () => {};
        cluster.end('kv/', 'moved/');
      };
      expect(await runToEnd(deps, id)).toMatchObject({ status: 'success', phase: 'done' });
    },
  );

  it('a lost answer: finds the mount at its target, and does not post again', async () => {
    const id = await accept(deps, cluster);
    cluster.after = (method) => {
      if (method === 'remount') throw unavailable(true);
    };
    expect(await runToEnd(deps, id)).toMatchObject({ status: 'success' });
    expect(cluster.posts).toHaveLength(1);
  });

  it('a status that a restart has lost: finds the mount at its target', async () => {
    cluster.fates = ['hanging'];
    const id = await accept(deps, cluster);
    await step(deps, id);
    cluster.end('kv/', 'moved/');
    cluster.restart();
    expect(await runToEnd(deps, id)).toMatchObject({ status: 'success' });
    expect(cluster.posts).toHaveLength(1);
  });

  it('a mount that is half moved before the move: fails, and says so', async () => {
    const id = await accept(deps, cluster);
    const held = cluster.table.get('kv/');
    if (held) cluster.table.set('moved/', { ...held });
    expect((await runToEnd(deps, id)).error?.code).toBe('half_moved');
    expect(cluster.posts).toEqual([]);
  });

  it('a mount that is tainted before the move is moved, which brings it back into service', async () => {
    const held = cluster.table.get('kv/');
    if (held) held.isTainted = true;
    expect(await runToEnd(deps, await accept(deps, cluster))).toMatchObject({ status: 'success' });
  });
});

describe('a cluster that does not answer', () => {
  it('is waited for before the move, for a day, and then nothing has moved', async () => {
    const id = await accept(deps, cluster);
    cluster.before = () => {
      throw unavailable();
    };
    await step(deps, id);
    expect(await readMigration(deps, id)).toMatchObject({
      status: 'in-progress',
      cluster: { waiting: { why: 'connect ECONNREFUSED' } },
    });
    deps.clock.pass(A_DAY_MS);
    const migration = await runToEnd(deps, id);
    expect(migration.error?.code).toBe('cluster_unavailable');
    expect(migration.cluster?.waiting).toBeUndefined();
    expect(migration.error?.message).toContain('the mount is served at "kv/"');
  });

  it('in the middle of a drain: counts the leases that have been revoked by then', async () => {
    for (const role of ['a', 'b']) cluster.issue('kv/', `creds/${role}`, 1);
    const id = await accept(deps, cluster);
    cluster.before = (method) => {
      if (method === 'revoke' && cluster.revoked.length > 0) throw unavailable();
    };
    await step(deps, id);
    deps.clock.pass(A_DAY_MS);
    const { error } = await runToEnd(deps, id);
    expect(error?.code).toBe('cluster_unavailable');
    expect(error?.message).toContain('1 leases had been revoked by then');
  });

  it('leaves the leases of a mount that took the path meanwhile', async () => {
    cluster.issue('kv/', 'creds/r', 20);
    const id = await accept(deps, cluster);
    cluster.before = (method) => {
      if (method === 'revoke') throw unavailable();
    };
    await step(deps, id);
    cluster.before = () => {};
    cluster.mount('kv/', { accessor: 'of-another-mount' });
    expect((await runToEnd(deps, id)).error?.code).toBe('mount_gone');
    expect(cluster.revoked).toEqual([]);
  });

  it('for an hour delays the migration by an hour', async () => {
    const id = await accept(deps, cluster);
    const start = deps.clock.now();
    cluster.before = () => {
      if (deps.clock.now() < start + 3_600_000) throw unavailable();
    };
    const migration = await runToEnd(deps, id);
    expect(migration.status).toBe('success');
    expect((migration.finishedAt ?? 0) - start).toBeLessThan(3_600_000 + 3 * 120_000);
    expect(migration.cluster?.waiting).toBeUndefined();
  });

  it('and a right that is missing end the migration at once while nothing has moved', async () => {
    const id = await accept(deps, cluster);
    cluster.before = (method) => {
      if (method === 'leases') throw new ClusterForbids('the policy of the service lacks: path "sys/leases"');
    };
    const migration = await runToEnd(deps, id);
    expect(migration.error).toMatchObject({ code: 'cluster_forbids' });
    expect(migration.error?.message).toContain('lacks: path "sys/leases"');
  });

  it('and a right that is missing after the move are waited for', async () => {
    const id = await accept(deps, cluster);
    let hasRight = false;
    cluster.before = (method) => {
      if (method === 'status' && !hasRight) throw new ClusterForbids('lacks sys/remount/status');
    };
    await step(deps, id);
    expect(await readMigration(deps, id)).toMatchObject({ status: 'in-progress', phase: 'moving' });
    hasRight = true;
    expect((await runToEnd(deps, id)).status).toBe('success');
  });
});

describe('after the move', () => {
  it('a tune by somebody else is a warning', async () => {
    const id = await accept(deps, cluster);
    cluster.before = (method) => {
      const held = cluster.table.get('kv/');
      if (method === 'remount' && held) held.entry = { ...held.entry, description: 'tuned' };
    };
    const migration = await runToEnd(deps, id);
    expect(migration.status).toBe('success');
    expect(migration.cluster?.warnings).toEqual([
      'description is not what it was when the move was accepted',
    ]);
  });

  it('a lease that is left at the old path and cannot be revoked is tried for a day, and then listed', async () => {
    const id = await accept(deps, cluster);
    cluster.after = (method) => {
      if (method !== 'remount') return;
      for (const lease of cluster.issue('kv/', 'creds/r', 2))
        cluster.stubborn.set(lease, 'connection refused');
    };
    for (let i = 0; i < 5; i++) deps.clock.pass((await step(deps, id)).seconds * 1_000);
    const waiting = (await readMigration(deps, id)) as Migration;
    expect(waiting).toMatchObject({ status: 'in-progress', phase: 'verifying' });
    expect(clusterInfoOf(waiting)).toMatchObject({
      waiting_for: 'a lease could not be revoked at the old path',
      refused_lease: { lease_id: 'kv/creds/r/0', reason: 'connection refused' },
    });
    deps.clock.pass(A_DAY_MS);
    const migration = await runToEnd(deps, id);
    expect(migration).toMatchObject({ status: 'success', leasesIrrevocable: 2 });
    expect(clusterInfoOf(migration)).toMatchObject({
      warnings: [
        `2 leases at the old path could not be revoked, and are listed by sys/remount/irrevocable/${id}`,
      ],
      refused_lease: null,
    });
    expect((await irrevocableOf(migration)).map(({ leaseId }) => leaseId).toSorted()).toEqual([
      'kv/creds/r/0',
      'kv/creds/r/1',
    ]);
  });

  it('leases of another mount at the old path are not touched', async () => {
    const id = await accept(deps, cluster);
    cluster.before = (method) => {
      if (method !== 'reload' && method !== 'leases') return;
      if (!cluster.table.has('moved/') || cluster.table.has('kv/')) return;
    };
    cluster.fates = ['hanging'];
    await step(deps, id);
    cluster.end('kv/', 'moved/');
    cluster.mount('kv/', { accessor: 'new' });
    const fresh = cluster.issue('kv/', 'creds/r', 3);
    const migration = await runToEnd(deps, id);
    expect(migration.status).toBe('success');
    expect(migration.cluster?.warnings).toEqual(['another mount is at "kv/" now']);
    expect([...(cluster.held.get('kv/') ?? [])]).toEqual(fresh);
  });

  it('the plugin is reloaded in another namespace, and the keys are compared', async () => {
    cluster.spaces.set('team/', TEAM);
    const id = await accept(deps, cluster, { target: OTHER, options: { allowCopy: true } });
    const migration = await runToEnd(deps, id);
    expect(migration).toMatchObject({ status: 'success', cluster: { keys: { count: 2 }, warnings: [] } });
    expect(cluster.reloaded).toEqual(['team/moved/']);
  });
});

describe('stale nodes', () => {
  beforeEach(() => {
    cluster.standbys.set('http://standby-1', new Set(['kv/']));
    cluster.standbys.set('http://standby-2', new Set(['kv/']));
  });

  it('keep the migration in progress, and are listed', async () => {
    const id = await accept(deps, cluster);
    await step(deps, id);
    const migration = (await readMigration(deps, id)) as Migration;
    expect(migration).toMatchObject({ status: 'in-progress', phase: 'propagating' });
    expect(migration.staleAt).toBeDefined();
    expect(migration.cluster?.nodes).toEqual([
      { address: 'http://127.0.0.1:1', state: 'current' },
      { address: 'http://standby-1', state: 'stale' },
      { address: 'http://standby-2', state: 'stale' },
    ]);
    for (const paths of cluster.standbys.values()) paths.clear();
    for (const paths of cluster.standbys.values()) paths.add('moved/');
    expect((await runToEnd(deps, id)).status).toBe('success');
  });

  it('are only reported if the request says so', async () => {
    const migration = await runToEnd(
      deps,
      await accept(deps, cluster, { options: { staleNodes: 'report' } }),
    );
    expect(migration.status).toBe('success');
    expect(migration.cluster?.nodes?.map(({ state }) => state)).toEqual(['current', 'stale', 'stale']);
  });

  it('are refreshed by making each of them the leader once, if the request says so', async () => {
    const migration = await runToEnd(deps, await accept(deps, cluster, { options: { refreshNodes: true } }));
    expect(migration.status).toBe('success');
    expect(cluster.stepDowns).toBe(1);
  });

  it('that never become the leader are waited for, and the leader is left in peace', async () => {
    cluster.stepDown = async () => {
      cluster.stepDowns++;
      return { done: true };
    };
    const id = await accept(deps, cluster, { options: { refreshNodes: true } });
    for (let i = 0; i < 30; i++) deps.clock.pass((await step(deps, id)).seconds * 1_000);
    expect(await readMigration(deps, id)).toMatchObject({ status: 'in-progress', phase: 'propagating' });
    expect(cluster.stepDowns).toBe(MAX_STEP_DOWNS);
  });

  it('that the cluster has forgotten since the move are listed as unreachable', async () => {
    const id = await accept(deps, cluster);
    cluster.before = (method) => {
      if (method === 'remount') cluster.standbys.clear();
    };
    const migration = await runToEnd(deps, id);
    expect(migration.status).toBe('success');
    expect(migration.cluster?.nodes?.map(({ state }) => state)).toEqual([
      'current',
      'unreachable',
      'unreachable',
    ]);
  });

  it('for a day end the migration, which says where the mount is', async () => {
    const id = await accept(deps, cluster);
    await step(deps, id);
    deps.clock.pass(A_DAY_MS);
    const migration = await runToEnd(deps, id);
    expect(migration.error?.code).toBe('nodes_stale');
    expect(migration.error?.message).toContain('the active node serves the mount at "moved/"');
  });
});

describe('two moves to targets that are in each other’s way', () => {
  it.each([
    ['the same', 'moved/', 'moved/'],
    ['one below the other', 'nest/', 'nest/below/'],
    ['methods', 'auth/nest/', 'auth/nest/below/'],
  ])('are posted one after the other: %s', async (_, one, other) => {
    cluster.mount('rival/', { accessor: `rival_${serial}` });
    cluster.fates = ['hanging'];
    const first = await accept(deps, cluster, { to: one });
    const second = await accept(deps, cluster, { from: 'rival/', to: other });
    await step(deps, first);
    await step(deps, second);
    expect(cluster.posts).toHaveLength(1);
    expect(await readMigration(deps, second)).toMatchObject({ phase: 'draining' });

    cluster.end('kv/', one);
    expect((await runToEnd(deps, first)).status).toBe('success');
    await runToEnd(deps, second);
    expect(cluster.table.get('rival/')?.isTainted ?? false).toBe(false);
    expect((await readMigration(deps, second))?.cluster?.posts).toBe(1);
  });

  it('do not wait for one that the cluster has left tainted', async () => {
    cluster.mount('rival/', { accessor: `rival_${serial}` });
    cluster.fates = Array(50).fill('tainted');
    const first = await accept(deps, cluster, { to: 'fork/a/' });
    for (let i = 0; i < 9 && (await readMigration(deps, first))?.phase !== 'tainted'; i++)
      await clusterStep(deps, { id: first, looks: 0 }, deps.clock.now() + SEEN_MS);
    expect((await readMigration(deps, first))?.phase).toBe('tainted');
    cluster.fates = [];
    const second = await accept(deps, cluster, { from: 'rival/', to: 'fork/b/' });
    expect((await runToEnd(deps, second)).status).toBe('success');
  });
});

describe('two requests for one mount', () => {
  it('with the same target are one migration', async () => {
    const id = await accept(deps, cluster);
    expect(await accept(deps, cluster)).toBe(id);
  });

  it('with different targets: the second is refused until the first has ended', async () => {
    const id = await accept(deps, cluster);
    await expect(accept(deps, cluster, { to: 'elsewhere/' })).rejects.toMatchObject({
      status: 409,
      errors: [`the mount is being moved already, by migration ${id}`],
    });
    await runToEnd(deps, id);
    const back = await accept(deps, cluster, { from: 'moved/', to: 'kv/' });
    expect(back).not.toBe(id);
    expect((await runToEnd(deps, back)).status).toBe('success');
  });
});
