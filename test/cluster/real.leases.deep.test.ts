/** Moves of a real database engine whose leases are revoked well, never, or faster than others are issued. */

import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { throughFile } from '../support/throughFile.ts';
import { enableDatabase, issueLeases } from './support/database.ts';
import { leasesBelow } from './support/leases.ts';
import { plainMove } from './support/moves.ts';
import { startInMemory } from './support/openbao.ts';
import { startPostgres } from './support/postgres.ts';
import { readsDuring } from './support/reads.ts';
import { realMoves } from './support/realMoves.ts';

const server = throughFile(startInMemory);
const postgres = throughFile(startPostgres);
const moves = realMoves(() => ({ address: server.root.address, token: server.rootToken }));

afterEach(() => {
  moves.before = () => {};
  moves.after = () => {};
});

const isServed = async (path: string) =>
  (await server.root.request('GET', `${path}/roles/good`)).status === 200;

/** The paths of the two that serve the mount. */
const servedAt = async (...paths: string[]) => {
  const served: string[] = [];
  for (const path of paths) if (await isServed(path)) served.push(path);
  return served;
};

describe('a move of a mount with 400 leases', () => {
  it('refuses no read while they are revoked, and the remount of the cluster refuses nearly all', async () => {
    const { root } = server;
    for (const path of ['plain', 'ours']) {
      await enableDatabase(root, path, postgres, { slowS: 0.01 });
      await issueLeases(root, path, 'slow', 400);
    }
    const plain = await readsDuring(
      root,
      ['plain/roles/good', 'plain-moved/roles/good'],
      plainMove(root, 'plain', 'plain-moved'),
    );
    const moving = moves.move({ from: 'ours', to: 'ours-moved' });
    const ours = await readsDuring(root, ['ours/roles/good', 'ours-moved/roles/good'], moving);
    console.log(
      `reads refused: ${plain.refused} of ${plain.all}; drained before: ${ours.refused} of ${ours.all}`,
    );

    expect(await moving).toMatchObject({
      status: 'success',
      phase: 'done',
      progress: { leases_total: 400, leases_revoked: 400, leases_irrevocable: 0 },
      cluster: { posts: 1, warnings: [] },
    });
    expect(await servedAt('ours', 'ours-moved')).toEqual(['ours-moved']);
    expect(await leasesBelow(root, 'ours/')).toEqual([]);
    expect(plain.refused / plain.all).toBeGreaterThan(0.9);
    // The remount itself takes some milliseconds.
    expect(ours.refused / ours.all).toBeLessThan(0.02);
  });
});

describe('a database that is down', () => {
  const DOWN = /^a lease could not be revoked; the mount is served at/;
  const REASON = /^failed to revoke entry: .*connection refused$/;

  it('ends the migration before any lease is revoked, and the mount stays in service', async () => {
    const { root } = server;
    await enableDatabase(root, 'down', postgres);
    const leases = [
      ...(await issueLeases(root, 'down', 'good', 20)),
      ...(await issueLeases(root, 'down', 'slow', 5)),
    ];
    await postgres.takeDown();
    try {
      const info = await moves.move({ from: 'down', to: 'down-moved' });
      expect(info).toMatchObject({ status: 'failure', error: { code: 'lease_not_revoked' } });
      expect(info.error?.message).toMatch(DOWN);
      expect(info.error?.message).toContain('served at "down/"; 0 leases had been revoked by then');
      expect(info.cluster).toMatchObject({ posts: 0, migration_id: null });
      expect(leases).toContain(info.cluster?.refused_lease?.lease_id);
      expect(info.cluster?.refused_lease?.reason).toMatch(REASON);
      expect(await servedAt('down', 'down-moved')).toEqual(['down']);
      expect((await leasesBelow(root, 'down/')).sort()).toEqual(leases.sort());
    } finally {
      await postgres.bringUp();
    }
    expect(await moves.move({ from: 'down', to: 'down-moved' })).toMatchObject({
      status: 'success',
      progress: { leases_revoked: 25 },
    });
    expect(await servedAt('down', 'down-moved')).toEqual(['down-moved']);
  });

  it('in the middle of a drain ends the migration, which tells how many leases were revoked', async () => {
    const { root } = server;
    await enableDatabase(root, 'sinking', postgres);
    await issueLeases(root, 'sinking', 'slow', 40);
    let revoked = 0;
    moves.after = async ({ method }) => {
      if (method === 'revoke' && ++revoked === 10) await postgres.takeDown();
    };
    try {
      const info = await moves.move({ from: 'sinking', to: 'sunk' });
      expect(info).toMatchObject({ status: 'failure', error: { code: 'lease_not_revoked' } });
      expect(info.error?.message).toMatch(DOWN);
      const gone = 40 - (await leasesBelow(root, 'sinking/')).length;
      expect(gone).toBeGreaterThan(9);
      expect(info.progress.leases_revoked).toBe(gone);
      expect(info.error?.message).toContain(`; ${gone} leases had been revoked by then`);
      expect(await servedAt('sinking', 'sunk')).toEqual(['sinking']);
    } finally {
      await postgres.bringUp();
    }
    expect(await moves.move({ from: 'sinking', to: 'sunk' })).toMatchObject({ status: 'success' });
    expect(await leasesBelow(root, 'sinking/')).toEqual([]);
  });
});

describe('a lease that cannot be revoked', () => {
  it('is dropped if the request says so, and listed with the words of the engine', async () => {
    const { root } = server;
    await enableDatabase(root, 'forced', postgres);
    await issueLeases(root, 'forced', 'good', 5);
    const failing = await issueLeases(root, 'forced', 'failing', 3);
    const id = await moves.post({ from: 'forced', to: 'forced-moved', on_revoke_error: 'force' });

    expect(await moves.run(id)).toMatchObject({
      status: 'success',
      progress: { leases_revoked: 5, leases_irrevocable: 3 },
    });
    const { body } = await moves.call('GET', `sys/remount/irrevocable/${id}`);
    expect(Object.keys(body.data.key_info).sort()).toEqual(failing.sort());
    for (const { reason } of Object.values<{ reason: string }>(body.data.key_info))
      expect(reason).toContain('division by zero');
    expect(await leasesBelow(root, 'forced/')).toEqual([]);
    expect(await servedAt('forced', 'forced-moved')).toEqual(['forced-moved']);
  });

  it('and was issued after the drain keeps the mount tainted until it can be revoked', async () => {
    const { root } = server;
    await enableDatabase(root, 'late', postgres);
    moves.before = async ({ method }) => {
      if (method !== 'remount') return;
      moves.before = () => {};
      await issueLeases(root, 'late', 'good', 1);
      await postgres.takeDown();
    };
    const id = await moves.post({ from: 'late', to: 'late-moved' });
    try {
      const isRefused = ({ cluster }: MigrationInfo) =>
        /connection refused/.test(cluster?.refused_lease?.reason ?? '');
      const tainted = await moves.runUntil(id, isRefused);
      expect(tainted).toMatchObject({ status: 'in-progress', phase: 'tainted', error: null });
      expect(await servedAt('late', 'late-moved')).toEqual([]);
    } finally {
      await postgres.bringUp();
    }
    expect(await moves.run(id)).toMatchObject({
      status: 'success',
      cluster: { posts: 2, waiting_for: null, refused_lease: null },
    });
    expect(await servedAt('late', 'late-moved')).toEqual(['late-moved']);
    expect(await leasesBelow(root, 'late/')).toEqual([]);
  });
});

describe('a client that goes on asking for credentials', () => {
  /** Issues leases until the work has ended. @returns how many */
  async function issuing(path: string, work: Promise<unknown>): Promise<number> {
    let isOver = false;
    const ended = work.finally(() => {
      isOver = true;
    });
    let issued = 0;
    while (!isOver) {
      if ((await server.root.request('GET', `${path}/creds/good`)).status === 200) issued++;
      await delay(50);
    }
    await ended;
    return issued;
  }

  it('is overtaken by the drain, and loses what it got', async () => {
    const { root } = server;
    await enableDatabase(root, 'busy', postgres);
    await issueLeases(root, 'busy', 'good', 60);
    const moving = moves.move({ from: 'busy', to: 'busy-moved' });
    expect(await issuing('busy', moving)).toBeGreaterThan(0);
    expect(await moving).toMatchObject({ status: 'success', cluster: { posts: 1 } });
    expect(await leasesBelow(root, 'busy/')).toEqual([]);
    expect(await servedAt('busy', 'busy-moved')).toEqual(['busy-moved']);
  });

  it('that is faster than the drain ends the migration, and the mount stays in service', async () => {
    const { root } = server;
    await enableDatabase(root, 'faster', postgres);
    await issueLeases(root, 'faster', 'slow', 4);
    moves.before = async ({ method }) => {
      if (method === 'leases') await issueLeases(root, 'faster', 'slow', 4);
    };
    const info = await moves.move({ from: 'faster', to: 'faster-moved', max_refusal_s: 0 });
    expect(info).toMatchObject({ status: 'failure', error: { code: 'drain_not_converging' } });
    expect(info.error?.message).toMatch(
      /^\d+ leases are left after 3 rounds: the cluster would refuse requests for about \d+ seconds/,
    );
    expect(info.cluster).toMatchObject({ posts: 0, drains: 3 });
    expect(await servedAt('faster', 'faster-moved')).toEqual(['faster']);
  });
});
