/** How long moves on a real server take, beside its own remount. Prints what it measures; the bounds are wide. */

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { startService } from '../../infra/local/service.ts';
import { throughFile } from '../support/throughFile.ts';
import { type Client, clientOf } from './support/client.ts';
import { enableDatabase, issueLeases } from './support/database.ts';
import { plainMove } from './support/moves.ts';
import { startInMemory } from './support/openbao.ts';
import { startPostgres } from './support/postgres.ts';

const server = throughFile(startInMemory);
const postgres = throughFile(startPostgres);
/** The whole service, as people start it on one machine. */
const service = throughFile(() =>
  startService({ cluster: { CLUSTER_ADDR: server.root.address, CLUSTER_TOKEN: server.rootToken } }),
);

const MOVES = 20;
const LEASES = 160;
const LOOK_MS = 10;

const ours = (): Client => clientOf(service.url, server.rootToken);

async function ourMove(from: string, to: string): Promise<string> {
  const { body } = await ours().must('POST', 'sys/remount', { from, to });
  for (;;) {
    const answer = await ours().must('GET', `sys/remount/status/${body.migration_id}`);
    const { status } = answer.body.data.migration_info;
    if (status !== 'in-progress') return status;
    await delay(LOOK_MS);
  }
}

/** @returns milliseconds */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return Math.round(performance.now() - start);
}

function median(numbers: number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
}

describe('a move without leases, from its POST to success', () => {
  it('takes little longer than the remount of the cluster', async () => {
    const [plain, own]: [number[], number[]] = [[], []];
    for (let i = 0; i < MOVES; i++) {
      for (const path of [`plain-${i}`, `own-${i}`])
        await server.root.must('POST', `sys/mounts/${path}`, { type: 'kv' });
      plain.push(await timed(() => plainMove(server.root, `plain-${i}`, `plain-${i}-moved`)));
      own.push(await timed(() => ourMove(`own-${i}`, `own-${i}-moved`)));
    }
    const [first] = own;
    console.log(`POST to success: plain ${median(plain)} ms, ours ${median(own)} ms (the first ${first} ms)`);
    expect(median(own)).toBeLessThan(median(plain) + 5_000);
  });
});

describe(`a drain of ${LEASES} leases whose revocation takes 50 ms`, () => {
  it.each([
    [1, 0.3],
    [16, 2],
  ])('of %i connections of a database', async (connections, atLeast) => {
    for (const path of [`plain-db-${connections}`, `own-db-${connections}`]) {
      await enableDatabase(server.root, path, postgres, { connections });
      for (let i = 0; i < connections; i++)
        await issueLeases(server.root, path, i === 0 ? 'slow' : `slow-${i}`, LEASES / connections);
    }
    const plain = await timed(() =>
      plainMove(server.root, `plain-db-${connections}`, `plain-db-${connections}-moved`),
    );
    const own = await timed(() => ourMove(`own-db-${connections}`, `own-db-${connections}-moved`));
    console.log(`${LEASES} leases, ${connections} connections: plain ${plain} ms, ours ${own} ms`);
    expect(plain / own).toBeGreaterThan(atLeast);
  });
});
