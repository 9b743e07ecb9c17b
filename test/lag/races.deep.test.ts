/** Random concurrent requests on a store that lags: whichever wins, every rule holds. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OVERDUE_MS } from '../../functions/limits.ts';
import { reconcile } from '../../functions/remount/reconcile.ts';
import { switchStep } from '../../functions/remount/steps.ts';
import { sha256 } from '../../functions/store/keys.ts';
import { tearDown } from '../../functions/teardown/tearDown.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Answer, type Caller, caller } from '../support/call.ts';
import { type Chance, chanceOf, seedFrom } from '../support/chance.ts';
import { changedEnds, violations } from '../support/checker.ts';
import { startLagProxy } from '../support/lag/proxy.ts';
import { readTables, type Tables } from '../support/tables.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';
import { closeMigration, runMigration } from '../support/workflow.ts';

const SEED = seedFrom('LAG_SEED');
const ROUNDS = Number(process.env.LAG_ROUNDS || 4);
const TIMEOUT_MS = 120_000 + ROUNDS * 30_000;

/** Requests of one round. */
const AT_ONCE = 14;

/** Some contain one another, and some are in a namespace. */
const PATHS = ['a', 'a/b', 'a/b/c', 'a/d', 'e', 'n/a', 'n/a/b'];

let deps: TestDeps;
let call: Caller;
let chance: Chance;
let writes: string[];

beforeAll(async () => {
  deps = await testDeps({ between: (endpoint) => startLagProxy(endpoint, SEED) });
  const root = await rootToken(deps);
  call = caller(deps, vaultApi, root);
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
  deletion: () => call('DELETE', 'sys/namespaces/n'),
};

/** Runs one execution. If it fails, a later one completes the migration. */
async function run(id: string): Promise<void> {
  await runMigration(deps, id).catch(() => {});
}

/** Runs only the first step of an execution. Old leases are then still stored, but no longer valid. */
async function switchAlone(id: string): Promise<void> {
  await switchStep(deps, id).catch(() => switchAlone(id));
}

/** Runs every open record again until it ends; its waits are skipped. */
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

/** @param fixed requests besides the random ones */
async function race(kinds: string[], fixed: Promise<Answer>[] = []): Promise<void> {
  const answers = Array.from({ length: AT_ONCE }, () => {
    const kind = chance.pick(kinds);
    return requests[kind]?.(chance.pick(PATHS), chance.pick(PATHS));
  });
  const statuses = (await Promise.all([...answers, ...fixed])).map((answer) => answer?.status);
  expect(statuses.filter((status) => ![200, 204, 400, 404, 405, 503].includes(status ?? 0))).toEqual([]);
}

/** A request that is repeated while the answer is 503. */
async function callUntilServed(...request: Parameters<Caller>): Promise<Answer> {
  for (;;) {
    const answer = await call(...request);
    if (answer.status !== 503) return answer;
  }
}

/** A mount that random requests do not touch and that certainly moves. With random requests alone, often none moves. */
async function putMover(type: string): Promise<Mover> {
  const from = `mover-${deps.ids.hex(8)}`;
  const to = `${from}-moved`;
  await callUntilServed('POST', `sys/mounts/${from}`, { body: { type } });
  return {
    from,
    to,
    async move(carryOut = run) {
      const answer = await callUntilServed('POST', 'sys/remount', { body: { from, to } });
      expect(answer.status).toBe(200);
      await carryOut(answer.body.data.migration_id);
      return answer;
    },
  };
}

interface Mover {
  from: string;
  to: string;
  /** @param carryOut the whole execution, or a part of it */
  move(carryOut?: (id: string) => Promise<void>): Promise<Answer>;
}

function pathsIn({ mounts }: Tables): string[] {
  return mounts.filter(({ kind }) => kind === 'mount').map(({ sk }) => sk.slice(0, -1));
}

/** @returns the one-time passwords issued at these paths, requested at the same time */
async function takeOtps(paths: string[]): Promise<string[]> {
  const asked = paths.map((path) => call('POST', `${path}/creds/web`, { body: { ip: '10.0.0.1' } }));
  const answers = await Promise.all(asked);
  return answers.filter(({ status }) => status === 200).map(({ body }) => body.data.key);
}

/** @returns the passwords that a host accepts; each is used up */
async function accepted(path: string, otps: string[]): Promise<string[]> {
  const valid: string[] = [];
  for (const otp of otps)
    if ((await callUntilServed('POST', `${path}/verify`, { body: { otp } })).status === 200) valid.push(otp);
  return valid;
}

describe(`concurrent requests on a store that lags (seed ${SEED})`, () => {
  it('leave a valid tree and no migration open', { timeout: TIMEOUT_MS }, async () => {
    const kinds = ['enable', 'disable', 'tune', 'move', 'moveAgain', 'namespace', 'deletion'];
    for (let round = 0; round < ROUNDS; round++) {
      writes = [];
      const { to, move } = await putMover('kv');
      await race(['enable', 'namespace']);
      await race(kinds, [move()]);
      const midway = await readTables(deps.client);
      expect(violations(midway, 'midway')).toEqual([]);
      await settle();
      const after = await readTables(deps.client);
      expect(violations(after, 'ended')).toEqual([]);
      expect(changedEnds(midway, after)).toEqual([]);
      expect(pathsIn(after)).toContain(to);
    }
  });

  it('lose no write that was acknowledged while mounts moved', { timeout: TIMEOUT_MS }, async () => {
    let acknowledged = 0;
    for (let round = 0; round < ROUNDS; round++) {
      writes = [];
      const { from, to, move } = await putMover('kv');
      await race(['enable', 'namespace']);
      const fixed = Array.from({ length: 3 }, () => requests.write?.(from, to) as Promise<Answer>);
      await race(['write', 'write', 'move', 'tune'], [...fixed, move()]);
      await settle();
      const after = await readTables(deps.client);
      const stored = after.storage.map(({ sk }) => sk);
      expect(writes.filter((key) => !stored.some((sk) => sk.includes(key)))).toEqual([]);
      expect(pathsIn(after)).toContain(to);
      acknowledged += writes.length;
    }
    expect(acknowledged).toBeGreaterThan(0);
  });

  it('leave credentials from after a move valid, and none from before', {
    timeout: TIMEOUT_MS,
  }, async () => {
    let [revoked, issued] = [0, 0];
    for (let round = 0; round < Math.ceil(ROUNDS / 2); round++) {
      const { from, to, move } = await putMover('ssh');
      const role = { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' };
      expect((await callUntilServed('POST', `${from}/roles/web`, { body: role })).status).toBe(204);
      const early = await takeOtps([from, from, from, from]);
      const ends = Array.from({ length: 8 }, () => chance.pick([from, to]));
      const [late] = await Promise.all([takeOtps(ends), move(switchAlone)]);
      expect(await accepted(to, early)).toEqual([]);
      await settle();
      const after = await readTables(deps.client);
      expect(violations(after, 'ended')).toEqual([]);
      // A late password is from before or after the switch. The checker has found none from before in the tables.
      const stored = late.filter((otp) => after.storage.some(({ sk }) => sk === `otp/${sha256(otp)}`));
      expect(await accepted(to, late)).toEqual(stored);
      const next = await takeOtps([to, to]);
      expect(await accepted(to, next)).toEqual(next);
      revoked += early.length;
      issued += next.length;
    }
    expect(revoked).toBeGreaterThan(0);
    expect(issued).toBeGreaterThan(0);
  });
});
