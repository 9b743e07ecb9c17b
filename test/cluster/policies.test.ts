/** What the steps of a migration on a cluster do with policies. */

import { beforeEach, describe, expect, it } from 'vitest';
import { CLUSTER_PATIENCE_MS, MAX_POLICY_TRIES } from '../../functions/limits.ts';
import { ClusterForbids } from '../../functions/ports/cluster.ts';
import { cancelMigration } from '../../functions/remount/cancelMigration.ts';
import type { Migration } from '../../functions/remount/migration.ts';
import { migrationInfo } from '../../functions/remount/migrationInfo.ts';
import type { PolicyOrder } from '../../functions/remount/policyOrder.ts';
import { readMigration } from '../../functions/remount/readMigration.ts';
import { OPERATOR } from '../../functions/remount/requesterInfo.ts';
import { testDeps } from '../support/testDeps.ts';
import { throughFile } from '../support/throughFile.ts';
import { accept, type ClusterDeps, runToEnd, sleeplessClock, step } from './support/clusterSteps.ts';
import { FakeCluster, unavailable } from './support/fakeCluster.ts';

const service = throughFile(testDeps);
let cluster: FakeCluster;
let deps: ClusterDeps;
let serial = 0;

const TEXT = '# who may read\npath "kv/*" { capabilities = ["read"] }\n';
const FOLLOWED = TEXT.replace('kv/', 'moved/');
const LINE = 'path "sys/policies/acl/*" { capabilities = ["read", "update"] }';

beforeEach(() => {
  cluster = new FakeCluster();
  cluster.table.clear();
  cluster.mount('kv/', { accessor: `policies_${++serial}` });
  for (const name of ['people', 'robots']) cluster.setPolicy(name, TEXT);
  deps = { ...service, cluster, clock: sleeplessClock() };
});

function order(mode: 'add' | 'follow', names = ['people']): PolicyOrder {
  return { mode, policies: names.map((name) => ({ namespaceId: 'root', namespacePath: '', name })) };
}

/** The text after rules were added by a migration. */
const added = (id: string) =>
  `${TEXT}# Added by the move of kv/ to moved/, migration ${id}\npath "moved/*" { capabilities = ["read"] }\n`;

async function move(policies: PolicyOrder): Promise<Migration> {
  return runToEnd(deps, await accept(deps, cluster, { policies }));
}

/** Calls back at the first call of a method. */
function atFirst(method: string, act: () => void): void {
  let isDone = false;
  cluster.before = (called) => {
    if (called !== method || isDone) return;
    isDone = true;
    act();
  };
}

const policiesOf = (migration: Migration) => migrationInfo(migration, OPERATOR).policies;

describe.each([true, false])('a cluster that counts versions of policies: %s', (countsVersions) => {
  beforeEach(() => {
    cluster.countsVersions = countsVersions;
  });
  const version = (number: number) => (countsVersions ? number : 0);

  it('"add" adds rules before the first lease is revoked', async () => {
    cluster.issue('kv/', 'creds/r', 3);
    let atRevoke: string | undefined;
    atFirst('revoke', () => {
      atRevoke = cluster.textOf('people');
    });
    const migration = await move(order('add', ['people', 'robots']));
    expect(migration.status).toBe('success');
    expect(atRevoke).toBe(added(migration.id));
    expect(cluster.textOf('people')).toBe(added(migration.id));
    expect(policiesOf(migration)).toEqual({
      mode: 'add',
      changed: ['people', 'robots'].map((policy) => ({ namespace: '', policy, version: version(2) })),
      left: [],
      hidden: {},
    });
    expect(migration.cluster).not.toHaveProperty('policies');
  });

  it('"follow" has rules for both paths until the mount is verified, and then for the target alone', async () => {
    const texts: (string | undefined)[] = [];
    cluster.before = (method) => {
      if (method === 'remount' || method === 'nodes') texts.push(cluster.textOf('people'));
    };
    const migration = await move(order('follow'));
    expect(new Set(texts)).toEqual(new Set([added(migration.id)]));
    expect(cluster.textOf('people')).toBe(FOLLOWED);
    expect(policiesOf(migration)).toEqual({
      mode: 'follow',
      changed: [{ namespace: '', policy: 'people', version: version(3) }],
      left: [],
      hidden: {},
    });
  });

  it('takes added rules back when the move fails', async () => {
    const [first = ''] = cluster.issue('kv/', 'creds/r', 3);
    cluster.stubborn.set(first, 'connection refused');
    const migration = await move(order('follow', ['people', 'robots']));
    expect(migration).toMatchObject({ status: 'failure', error: { code: 'lease_not_revoked' } });
    expect([cluster.textOf('people'), cluster.textOf('robots')]).toEqual([TEXT, TEXT]);
    expect(policiesOf(migration)).toMatchObject({ changed: [], left: [] });
  });

  it('leaves them where somebody has changed the text since, and says so', async () => {
    const [first = ''] = cluster.issue('kv/', 'creds/r', 3);
    cluster.stubborn.set(first, 'connection refused');
    atFirst('revoke', () => cluster.setPolicy('people', `${cluster.textOf('people')}# mine\n`));
    const migration = await move(order('add', ['people', 'robots']));
    expect(cluster.textOf('people')).toBe(`${added(migration.id)}# mine\n`);
    expect(cluster.textOf('robots')).toBe(TEXT);
    expect(policiesOf(migration)).toMatchObject({
      changed: [],
      left: [
        {
          policy: 'people',
          reason: 'its text has changed since, so it may have the rules that were added',
        },
      ],
    });
  });

  it('keeps what somebody writes between the look and the write', async () => {
    let reads = 0;
    cluster.before = (method) => {
      if (method === 'policy' && ++reads === 2 && !countsVersions)
        cluster.setPolicy('people', `${TEXT}# mine\n`);
      if (method === 'writePolicy' && reads === 1) {
        reads++;
        cluster.setPolicy('people', `${TEXT}# mine\n`);
      }
    };
    const migration = await move(order('follow'));
    expect(cluster.textOf('people')).toBe(`${FOLLOWED}# mine\n`);
    expect(policiesOf(migration)?.left).toEqual([]);
  });
});

describe('a text that somebody changes after rules were added to it', () => {
  it('keeps both rules under "follow", and the status says so', async () => {
    atFirst('remount', () => cluster.setPolicy('people', `${cluster.textOf('people')}# mine\n`));
    const migration = await move(order('follow'));
    expect(migration.status).toBe('success');
    expect(cluster.textOf('people')).toBe(`${added(migration.id)}# mine\n`);
    expect(policiesOf(migration)).toMatchObject({
      changed: [],
      left: [{ policy: 'people', reason: 'its text has changed since, so it may have rules for both paths' }],
    });
  });

  it('gets them again if they are gone before the write is seen', async () => {
    cluster.countsVersions = false;
    let isOverwritten = false;
    cluster.after = (method) => {
      if (method !== 'writePolicy' || isOverwritten) return;
      isOverwritten = true;
      cluster.setPolicy('people', `${TEXT}# mine\n`);
    };
    const migration = await move(order('follow'));
    expect(cluster.textOf('people')).toBe(`${FOLLOWED}# mine\n`);
    expect(migration.status).toBe('success');
  });

  it('is not written more often than MAX_POLICY_TRIES', async () => {
    let writes = 0;
    cluster.before = (method) => {
      if (method === 'writePolicy') cluster.setPolicy('people', `${TEXT}# ${++writes}\n`);
    };
    const migration = await move(order('add'));
    expect(migration).toMatchObject({ status: 'failure', error: { code: 'policy_refused' } });
    expect(writes).toBe(MAX_POLICY_TRIES);
    expect(cluster.posts).toEqual([]);
  });
});

describe('a policy that cannot be written', () => {
  it('ends the migration before a lease is revoked, and its name is in no error', async () => {
    cluster.issue('kv/', 'creds/r', 3);
    cluster.refusedPolicies.set('robots', 'failed to parse policy');
    const migration = await move(order('add', ['people', 'robots']));
    expect(migration.error).toEqual({
      code: 'policy_refused',
      message:
        'the cluster did not take the new text of a policy of the root namespace; the mount is served at "kv/"; 0 leases had been revoked by then',
    });
    expect(policiesOf(migration)).toMatchObject({
      changed: [],
      left: [{ policy: 'robots', reason: 'failed to parse policy' }],
    });
    expect(cluster.textOf('people')).toBe(TEXT);
    expect(cluster.revoked).toEqual([]);
  });

  it('for want of a line of the policy of the service ends it, and the error has the line', async () => {
    cluster.before = (method) => {
      if (method === 'writePolicy') throw new ClusterForbids(`the policy of the service lacks: ${LINE}`);
    };
    const migration = await move(order('follow'));
    expect(migration.error?.code).toBe('cluster_forbids');
    expect(migration.error?.message).toContain(LINE);
    expect(cluster.posts).toEqual([]);
    expect(cluster.textOf('people')).toBe(TEXT);
  });

  it('any more when the mount is at the target is waited for, and then left', async () => {
    let isOver = false;
    cluster.before = (method) => {
      isOver ||= method === 'remount';
      if (isOver && method === 'writePolicy')
        throw new ClusterForbids(`the policy of the service lacks: ${LINE}`);
    };
    const id = await accept(deps, cluster, { policies: order('follow') });
    for (let i = 0; i < 3; i++) await step(deps, id);
    expect(await readMigration(deps, id)).toMatchObject({ status: 'in-progress', phase: 'propagating' });
    deps.clock.pass(CLUSTER_PATIENCE_MS);
    const migration = await runToEnd(deps, id);
    expect(migration.status).toBe('success');
    expect(policiesOf(migration)?.left).toEqual([
      { namespace: '', policy: 'people', reason: `the policy of the service lacks: ${LINE}` },
    ]);
    expect(cluster.textOf('people')).toBe(added(id));
  });

  it('does not prevent the others from being taken back', async () => {
    const [first = ''] = cluster.issue('kv/', 'creds/r', 3);
    cluster.stubborn.set(first, 'connection refused');
    atFirst('revoke', () => cluster.refusedPolicies.set('people', 'no'));
    const migration = await move(order('add', ['people', 'robots']));
    expect(policiesOf(migration)).toMatchObject({ left: [{ policy: 'people', reason: 'no' }] });
    expect(cluster.textOf('robots')).toBe(TEXT);
  });
});

describe('a policy that is gone', () => {
  it('is left, and the mount moves', async () => {
    cluster.policies.delete('|people');
    const migration = await move(order('follow', ['people', 'robots']));
    expect(migration.status).toBe('success');
    expect(policiesOf(migration)).toMatchObject({
      changed: [{ policy: 'robots' }],
      left: [{ policy: 'people', reason: 'it does not exist any more' }],
    });
  });
});

describe('a migration that is cancelled', () => {
  it('takes its rules back before it ends', async () => {
    cluster.issue('kv/', 'creds/r', 3);
    const id = await accept(deps, cluster, { policies: order('add') });
    cluster.before = async (method) => {
      if (method !== 'revoke') return;
      cluster.before = () => {};
      await cancelMigration(deps, (await readMigration(deps, id)) as Migration, 'a mistake');
    };
    await step(deps, id);
    expect(cluster.textOf('people')).toBe(added(id));
    const reverting = (await readMigration(deps, id)) as Migration;
    expect(reverting).toMatchObject({ status: 'in-progress', phase: 'reverting' });
    await expect(cancelMigration(deps, reverting, 'again')).resolves.toMatchObject({ phase: 'reverting' });

    const migration = await runToEnd(deps, id);
    expect(migration).toMatchObject({
      status: 'failure',
      error: { code: 'cancelled', message: 'a mistake' },
    });
    expect(cluster.textOf('people')).toBe(TEXT);
    expect(cluster.posts).toEqual([]);
  });

  it('before a step has begun has nothing to take back', async () => {
    const id = await accept(deps, cluster, { policies: order('add') });
    await cancelMigration(deps, (await readMigration(deps, id)) as Migration, 'a mistake');
    const migration = await runToEnd(deps, id);
    expect(migration).toMatchObject({ status: 'failure', error: { code: 'cancelled' } });
    expect(cluster.textOf('people')).toBe(TEXT);
  });

  it('takes back what a step that died has written and not recorded', async () => {
    const id = await accept(deps, cluster, { policies: order('add') });
    cluster.after = (method) => {
      if (method === 'writePolicy') throw new Error('the process died');
    };
    await expect(step(deps, id)).rejects.toThrow('died');
    cluster.after = () => {};
    expect(cluster.textOf('people')).toBe(added(id));
    await cancelMigration(deps, (await readMigration(deps, id)) as Migration, 'a mistake');
    await runToEnd(deps, id);
    expect(cluster.textOf('people')).toBe(TEXT);
  });

  it('cannot be cancelled again for another reason when it has failed by itself', async () => {
    const [first = ''] = cluster.issue('kv/', 'creds/r', 1);
    cluster.stubborn.set(first, 'connection refused');
    const id = await accept(deps, cluster, { policies: order('add') });
    let writes = 0;
    cluster.before = (method) => {
      if (method === 'writePolicy' && ++writes > 1) throw unavailable();
    };
    await step(deps, id);
    const seen = (await readMigration(deps, id)) as Migration;
    await expect(cancelMigration(deps, seen, 'x')).rejects.toMatchObject({
      status: 409,
      errors: ['the migration has failed, and takes back what it has added to policies'],
    });
  });
});

describe('a cluster that does not answer any more', () => {
  it('while rules are taken back: the record says what is left', async () => {
    const [first = ''] = cluster.issue('kv/', 'creds/r', 1);
    cluster.stubborn.set(first, 'connection refused');
    const id = await accept(deps, cluster, { policies: order('follow', ['people', 'robots']) });
    let writes = 0;
    // Both were added to, and the first was taken back.
    cluster.before = (method) => {
      if (method === 'writePolicy' && ++writes > 3) throw unavailable();
    };
    await step(deps, id);
    deps.clock.pass(CLUSTER_PATIENCE_MS);
    const migration = await runToEnd(deps, id);
    expect(migration).toMatchObject({ status: 'failure', error: { code: 'lease_not_revoked' } });
    expect(policiesOf(migration)).toMatchObject({
      changed: [],
      left: [{ policy: 'robots', reason: 'it could not be taken back: connect ECONNREFUSED' }],
    });
  });

  it('after the move was posted: the rules stay, for the mount may be at the target', async () => {
    const id = await accept(deps, cluster, { policies: order('follow') });
    let isAway = false;
    cluster.before = () => {
      if (isAway) throw unavailable();
    };
    cluster.after = (method) => {
      isAway ||= method === 'remount';
      if (isAway) throw unavailable(true);
    };
    await step(deps, id);
    deps.clock.pass(CLUSTER_PATIENCE_MS);
    const migration = await runToEnd(deps, id);
    expect(migration).toMatchObject({ status: 'failure', error: { code: 'cluster_unavailable' } });
    expect(cluster.textOf('people')).toBe(added(id));
    expect(policiesOf(migration)).toMatchObject({
      left: [
        { policy: 'people', reason: 'the mount may be at the target, so the rules that were added stay' },
      ],
    });
  });
});

describe('a mount that somebody moves on before every node is asked', () => {
  it.each(['add', 'follow'] as const)('keeps what "%s" has added', async (mode) => {
    const id = await accept(deps, cluster, { policies: order(mode) });
    let asked = 0;
    cluster.before = (method) => {
      if (method === 'nodes' && ++asked === 2) cluster.end('moved/', 'further/');
    };
    const migration = await runToEnd(deps, id);
    expect(migration.status).toBe('success');
    expect(cluster.textOf('people')).toBe(added(id));
    const why = { policy: 'people', reason: 'somebody has moved the mount on' };
    expect(policiesOf(migration)).toMatchObject(
      mode === 'add' ? { changed: [{ policy: 'people' }], left: [] } : { changed: [], left: [why] },
    );
  });
});

describe('an undo', () => {
  /** Moves there and back. @param between what somebody does in between */
  async function thereAndBack(mode: 'add' | 'follow', between: () => void = () => {}) {
    const there = await move(order(mode));
    between();
    const policies = there.policyOutcome?.changed ?? [];
    const back = { mode: 'restore', policies, follows: mode === 'follow' } as const;
    const id = await accept(deps, cluster, { from: 'moved/', to: 'kv/', policies: back });
    return { there, id };
  }

  it.each(['add', 'follow'] as const)(
    'of "%s" restores the text, and has rules for both paths meanwhile',
    async (mode) => {
      const { id } = await thereAndBack(mode);
      let atMove = '';
      atFirst('remount', () => {
        atMove = cluster.textOf('people') ?? '';
      });
      const migration = await runToEnd(deps, id);
      expect(migration.status).toBe('success');
      expect(atMove).toContain('path "kv/*"');
      expect(atMove).toContain('path "moved/*"');
      expect(cluster.textOf('people')).toBe(TEXT);
      expect(policiesOf(migration)).toMatchObject({
        mode: 'restore',
        changed: [{ policy: 'people' }],
        left: [],
      });
    },
  );

  it('of "add" leaves a text that has changed since, and says so', async () => {
    const { there, id } = await thereAndBack('add', () =>
      cluster.setPolicy('people', `${cluster.textOf('people')}#\n`),
    );
    const migration = await runToEnd(deps, id);
    expect(cluster.textOf('people')).toBe(`${added(there.id)}#\n`);
    expect(policiesOf(migration)).toMatchObject({
      changed: [],
      left: [{ policy: 'people', reason: 'its text has changed since' }],
    });
  });

  it('of "follow" replaces its rules back in a text that has changed since', async () => {
    const { id } = await thereAndBack('follow', () =>
      cluster.setPolicy('people', `${cluster.textOf('people')}#\n`),
    );
    const migration = await runToEnd(deps, id);
    expect(cluster.textOf('people')).toBe(`${TEXT}#\n`);
    expect(policiesOf(migration)).toMatchObject({ changed: [{ policy: 'people' }], left: [] });
  });

  it('that fails leaves the text as the first migration has left it', async () => {
    const { id } = await thereAndBack('follow');
    const [first = ''] = cluster.issue('moved/', 'creds/r', 1);
    cluster.stubborn.set(first, 'connection refused');
    expect((await runToEnd(deps, id)).status).toBe('failure');
    expect(cluster.textOf('people')).toBe(FOLLOWED);
  });
});
