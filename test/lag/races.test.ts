/** Requests by chance, all at once, on a store that lags: whoever wins, every rule holds. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../functions/engines/catalog.ts';
import { OVERDUE_MS } from '../../functions/limits.ts';
import { reconcile } from '../../functions/remount/reconcile.ts';
import { builtinRoutes } from '../../functions/routes.ts';
import { tearDown } from '../../functions/teardown/tearDown.ts';
import { type Answer, type Caller, caller } from '../support/call.ts';
import { type Chance, chanceOf, seedFrom } from '../support/chance.ts';
import { violations } from '../support/checker.ts';
import { startLagProxy } from '../support/lag/proxy.ts';
import { readTables, writeTables } from '../support/tables.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';
import { closeMigration, runMigration } from '../support/workflow.ts';

const SEED = seedFrom('LAG_SEED');
const ROUNDS = Number(process.env.LAG_ROUNDS || 4);
const TIMEOUT_MS = 120_000 + ROUNDS * 30_000;

/** Requests of one round. */
const AT_ONCE = 14;

/** Some above, some below one another, one in a namespace of its own. */
const PATHS = ['a', 'a/b', 'a/b/c', 'a/d', 'e', 'n/a', 'n/a/b'];

let deps: TestDeps;
let call: Caller;
let chance: Chance;
let writes: string[];

beforeAll(async () => {
  deps = await testDeps((endpoint) => startLagProxy(endpoint, SEED));
  const root = await rootToken(deps);
  const [token] = (await readTables(deps.client)).access;
  const accessor = {
    pk: `accessor#${token?.accessor}`,
    sk: '.',
    tokenHash: token?.pk.slice('token#'.length),
  };
  await writeTables(deps.client, { access: [accessor] });
  call = caller(deps, { builtin: builtinRoutes, engines }, root);
  chance = chanceOf(SEED);
});
afterAll(() => deps.stop());

const requests: Record<string, (path: string, other: string) => Promise<Answer>> = {
  enable: (path) => call('POST', `sys/mounts/${path}`, { body: { type: chance.pick(['kv', 'ssh']) } }),
  disable: (path) => call('DELETE', `sys/mounts/${path}`),
  tune: (path) => call('POST', `sys/mounts/${path}/tune`, { body: { description: deps.ids.hex(8) } }),
  move: async (from, to) => {
    const answer = await call('POST', 'sys/remount', { body: { from, to } });
    if (answer.status === 200) await run(answer.body.data.migration_id);
    return answer;
  },
  moveAgain: (from, to) => requests.move?.(from, to) as Promise<Answer>,
  write: async (path) => {
    const key = deps.ids.hex(12);
    const answer = await call('POST', `${path}/${key}`, { body: { is: 'kept' } });
    if (answer.status === 204) writes.push(key);
    return answer;
  },
  namespace: () => call('POST', 'sys/namespaces/n'),
};

/** Runs one execution as far as it comes; what it fails with, the next one mends. */
async function run(id: string): Promise<void> {
  await runMigration(deps, id).catch(() => {});
}

/** Whatever is open is run again until it ends, the waits in it passed over. */
async function settle(): Promise<void> {
  for (let round = 0; round < 30; round++) {
    const open = (await readTables(deps.client)).migrations.filter((item) => item.open !== undefined);
    if (open.length === 0) return;
    deps.clock.pass(OVERDUE_MS);
    await reconcile(deps);
    for (const { pk, kind } of open) {
      if (kind === 'teardown') await tearDown(deps, pk, deps.clock.now() + OVERDUE_MS).catch(() => {});
      else await run(pk).then(() => closeMigration(deps, pk).catch(() => {}));
    }
  }
}

async function race(kinds: string[]): Promise<void> {
  const answers = Array.from({ length: AT_ONCE }, () => {
    const kind = chance.pick(kinds);
    return requests[kind]?.(chance.pick(PATHS), chance.pick(PATHS));
  });
  const statuses = (await Promise.all(answers)).map((answer) => answer?.status);
  expect(statuses.filter((status) => ![200, 204, 400, 404, 405, 503].includes(status ?? 0))).toEqual([]);
}

describe(`requests at once on a store that lags (seed ${SEED})`, () => {
  it('leave a tree in order and every migration ended', { timeout: TIMEOUT_MS }, async () => {
    const kinds = ['enable', 'disable', 'tune', 'move', 'moveAgain', 'namespace'];
    for (let round = 0; round < ROUNDS; round++) {
      writes = [];
      await race(['enable', 'namespace']);
      await race(kinds);
      expect(violations(await readTables(deps.client), 'midway')).toEqual([]);
      await settle();
      expect(violations(await readTables(deps.client), 'ended')).toEqual([]);
    }
  });

  it('lose nothing that was acknowledged while mounts moved', { timeout: TIMEOUT_MS }, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      writes = [];
      await race(['enable', 'namespace']);
      await race(['write', 'write', 'move', 'tune']);
      await settle();
      const { storage } = await readTables(deps.client);
      const stored = storage.map(({ sk }) => sk);
      expect(writes.filter((key) => !stored.some((sk) => sk.includes(key)))).toEqual([]);
    }
  });
});
