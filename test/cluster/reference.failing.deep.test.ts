/** What a remount of the cluster itself does to a mount while leases are revoked, and when one cannot be. */

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { throughFile } from '../support/throughFile.ts';
import { enableDatabase, issueLeases, SLOW_S } from './support/database.ts';
import { plainMove } from './support/moves.ts';
import { startLasting } from './support/openbao.ts';
import { startPostgres } from './support/postgres.ts';

const TAINTED = (path: string) => ({
  status: 404,
  body: { errors: [`no handler for route "${path}" on namespace "". route entry or namespace is tainted.`] },
});

const server = throughFile(startLasting);
const postgres = throughFile(startPostgres);

/** Reads a role of the mount until the work has ended. @returns how often each status was answered */
async function readsDuring(path: string, work: Promise<unknown>): Promise<Record<number, number>> {
  const statuses: Record<number, number> = {};
  let isOver = false;
  work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const { status } = await server.root.request('GET', `${path}/roles/good`);
    statuses[status] = (statuses[status] ?? 0) + 1;
    await delay(5);
  }
  return statuses;
}

describe('a plain remount of a mount with a lease that cannot be revoked', () => {
  it('fails without a reason and taints the mount until the lease can be revoked', async () => {
    const { root, node } = server;
    await enableDatabase(root, 'down', postgres);
    await issueLeases(root, 'down', 'good', 1);
    const before = await root.must('GET', 'sys/mounts/down');
    await postgres.takeDown();
    try {
      const { data } = await plainMove(root, 'down', 'up');
      expect(data.migration_info).toEqual({ source_mount: 'down/', target_mount: 'up/', status: 'failure' });
      expect(await root.request('GET', 'down/roles/good')).toEqual(TAINTED('down/roles/good'));
      // Nothing of it is to be seen where the mounts are listed.
      const { data: shown } = (await root.must('GET', 'sys/mounts/down')).body;
      expect(shown).toEqual(before.body.data);

      await node.kill('SIGTERM');
      await node.restart();
      expect(await root.request('GET', 'down/roles/good')).toEqual(TAINTED('down/roles/good'));
    } finally {
      await postgres.bringUp();
    }
    // It does not heal by itself.
    expect((await root.request('GET', 'down/roles/good')).status).toBe(404);
    expect((await plainMove(root, 'down', 'up')).status).toBe('success');
    expect((await root.request('GET', 'up/roles/good')).status).toBe(200);
  });
});

describe('a plain remount of a mount with many leases', () => {
  it('refuses the reads until all are revoked, one after the other', async () => {
    const { root } = server;
    await enableDatabase(root, 'many', postgres);
    await issueLeases(root, 'many', 'slow', 40);
    const start = Date.now();
    const reads = await readsDuring('many', plainMove(root, 'many', 'many-moved'));
    expect(Date.now() - start).toBeGreaterThan(40 * SLOW_S * 1_000);
    expect(reads[404]).toBeGreaterThan(100);
    expect(reads[200] ?? 0).toBeLessThan(10);
  });

  it('refuses no read when they were revoked before', async () => {
    const { root } = server;
    await enableDatabase(root, 'drained', postgres);
    const leases = await issueLeases(root, 'drained', 'slow', 40);
    const drain = async () => {
      for (const lease_id of leases) await root.must('POST', 'sys/leases/revoke', { lease_id, sync: true });
    };
    const reads = await readsDuring('drained', drain());
    expect(Object.keys(reads)).toEqual(['200']);
    const start = Date.now();
    expect((await plainMove(root, 'drained', 'drained-moved')).status).toBe('success');
    expect(Date.now() - start).toBeLessThan(1_000);
  });
});

describe('the id of a migration', () => {
  it('is unknown after a restart of the server', async () => {
    const { root, node } = server;
    await root.must('POST', 'sys/mounts/kept', { type: 'kv' });
    const { data } = await plainMove(root, 'kept', 'kept-moved');
    await node.kill();
    await node.restart();
    expect(await root.request('GET', `sys/remount/status/${data.migration_id}`)).toEqual({
      status: 404,
      body: { errors: [] },
    });
    expect((await root.request('GET', 'sys/mounts/kept-moved')).status).toBe(200);
  });
});
