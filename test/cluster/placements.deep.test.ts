/** Whatever a cluster shows for a moment, what it shows for good decides. */

import { describe, expect, it } from 'vitest';
import type { Placement } from '../../functions/cluster/place.ts';
import { CLUSTER_PATIENCE_MS } from '../../functions/limits.ts';
import type { ClusterPath } from '../../functions/ports/cluster.ts';
import type { Migration } from '../../functions/remount/migration.ts';
import { readMigration } from '../../functions/remount/readMigration.ts';
import { testDeps } from '../support/testDeps.ts';
import { throughFile } from '../support/throughFile.ts';
import { accept, type ClusterDeps, runToEnd, sleeplessClock, step } from './support/clusterSteps.ts';
import { FakeCluster } from './support/fakeCluster.ts';

const PLACEMENTS: Placement[] = ['source', 'tainted', 'target', 'half', 'elsewhere', 'gone', 'unsettled'];

const service = throughFile(testDeps);
let serial = 0;

/** A cluster that fails every move, and shows its mount where the test says. */
class ShowingCluster extends FakeCluster {
  shown: () => Placement = () => 'source';
  readonly entry = this.mount('kv/', { accessor: `shown_${++serial}` });

  override async mounts() {
    const paths: Record<Placement, string[]> = {
      source: ['kv/'],
      tainted: ['kv/'],
      unsettled: ['kv/'],
      target: ['moved/'],
      half: ['kv/', 'moved/'],
      elsewhere: ['somewhere/'],
      gone: [],
    };
    return new Map(paths[this.shown()].map((path) => [path, this.entry]));
  }

  override async isRouted({ path }: ClusterPath) {
    const shown = this.shown();
    return shown !== 'unsettled' && (await this.mounts()).has(path);
  }

  override async isTainted({ path }: ClusterPath) {
    return path === 'kv/' && ['tainted', 'half'].includes(this.shown());
  }

  override async remount(from: ClusterPath, to: ClusterPath) {
    this.posts.push({ from: from.path, to: to.path, leases: 0 });
    return { id: 'unknown-to-the-cluster' };
  }
}

/** What must come of a migration whose mount is there for good. */
const ENDS: Record<Placement, string> = {
  source: 'move_failed',
  tainted: 'mount_tainted',
  target: 'success',
  half: 'half_moved',
  elsewhere: 'mount_elsewhere',
  gone: 'mount_gone',
  unsettled: 'half_moved',
};

async function moving(first: Placement, then: Placement): Promise<Migration> {
  const cluster = new ShowingCluster();
  const deps: ClusterDeps = { ...service, cluster, clock: sleeplessClock() };
  const id = await accept(deps, cluster);
  let since = Number.POSITIVE_INFINITY;
  cluster.shown = () => {
    if (cluster.posts.length === 0) return 'source';
    since = Math.min(since, deps.clock.now());
    // Shorter than what a migration needs to see before it ends.
    return deps.clock.now() - since < 2_000 ? first : then;
  };
  for (let looks = 0; looks < 30; looks++) deps.clock.pass((await step(deps, id)).seconds * 1_000);
  const seen = (await readMigration(deps, id)) as Migration;
  if (seen.status !== 'in-progress') return seen;
  deps.clock.pass(CLUSTER_PATIENCE_MS);
  const migration = await runToEnd(deps, id);
  for (const { from, to } of cluster.posts) expect([from, to]).toEqual(['kv/', 'moved/']);
  return migration;
}

describe.each(PLACEMENTS)('a mount that is shown as %s for a moment', (first) => {
  it.each(PLACEMENTS)('and then as %s', async (then) => {
    const { status, error } = await moving(first, then);
    // A mount that is seen at its target by all that show it is there.
    expect(error?.code ?? status).toBe(first === 'target' ? 'success' : ENDS[then]);
  });
});
