/** A real server that ends, or is sealed, in the middle of a migration, and comes back. */

import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { throughFile } from '../support/throughFile.ts';
import { enableDatabase, issueLeases } from './support/database.ts';
import { leasesBelow } from './support/leases.ts';
import { startLasting } from './support/openbao.ts';
import { startPostgres } from './support/postgres.ts';
import { realMoves } from './support/realMoves.ts';

const server = throughFile(startLasting);
const postgres = throughFile(startPostgres);
const moves = realMoves(() => ({ address: server.root.address, token: server.rootToken }));

/** For how long the server is not there. */
const AWAY_MS = 1_000;
const LEASES = 20;
/** Of a lease of the role `slow`. */
const REVOCATION_S = 2;

let comingBack: Promise<void> = Promise.resolve();
let serial = 0;

afterEach(async () => {
  moves.before = () => {};
  moves.after = () => {};
  await comingBack;
});

const FAULTS = {
  'is killed': () =>
    goAway(
      () => server.node.kill(),
      () => server.node.restart(),
    ),
  'is stopped': () =>
    goAway(
      () => server.node.kill('SIGTERM'),
      () => server.node.restart(),
    ),
  'is sealed': () =>
    goAway(
      () => server.node.seal(),
      () => server.node.unseal(),
    ),
};

/** Ends at once, and comes back while the steps go on. */
async function goAway(end: () => Promise<void>, back: () => Promise<void>): Promise<void> {
  await end();
  comingBack = delay(AWAY_MS).then(back);
}

const MOMENTS = [
  ['in the drain', 'revoke', 5],
  ['when the move has been posted', 'remount', 1],
  ['in the middle of the move', 'remount', 1],
  ['while it is watched', 'status', 1],
] as const;

const cases = Object.keys(FAULTS).flatMap((fault) =>
  MOMENTS.map((moment) => [fault as keyof typeof FAULTS, ...moment] as const),
);

describe('a server that', () => {
  it.each(cases)('%s %s: the migration waits, and goes on', async (fault, moment, method, at) => {
    const { root } = server;
    const path = `db-${++serial}`;
    await enableDatabase(root, path, postgres, { slowS: REVOCATION_S });
    await issueLeases(root, path, 'good', LEASES);
    const id = await moves.post({ from: path, to: `${path}-moved` });
    let calls = 0;
    const isInMove = moment === 'in the middle of the move';
    const act = async (call: { method: string }) => {
      if (call.method !== method || ++calls !== at) return;
      if (isInMove) await delay((REVOCATION_S * 1_000) / 4);
      await FAULTS[fault]();
    };
    moves.after = act;
    // The question for the state of the move is lost, the answers to the others are not.
    if (method === 'status') [moves.before, moves.after] = [act, () => {}];
    // The cluster revokes it while it moves the mount, which takes a while.
    if (isInMove)
      moves.before = async (call) => {
        if (call.method === 'remount' && calls === 0) await issueLeases(root, path, 'slow', 1);
      };

    const info = await moves.run(id);
    await comingBack;
    expect(info).toMatchObject({
      status: 'success',
      error: null,
      progress: { leases_total: LEASES, leases_irrevocable: 0 },
      cluster: { waiting_for: null, warnings: [] },
    });
    expect(calls).toBeGreaterThan(0);
    expect(info.cluster?.posts).toBeLessThanOrEqual(2);
    if (isInMove) console.log(`a server that ${fault} ${moment}: ${info.cluster?.posts} posts`);
    expect((await root.request('GET', `${path}-moved/roles/good`)).status).toBe(200);
    expect((await root.request('GET', `${path}/roles/good`)).status).toBe(404);
    expect(await leasesBelow(root, `${path}/`)).toEqual([]);
    expect((await root.request('GET', `${path}-moved/creds/good`)).status).toBe(200);
  });
});
