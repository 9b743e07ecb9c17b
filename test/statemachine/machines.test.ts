import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bulkRoutes } from '../../functions/bulk/bulkRoutes.ts';
import { OVERDUE_MS } from '../../functions/limits.ts';
import { readMigration } from '../../functions/remount/readMigration.ts';
import { reconcile } from '../../functions/remount/reconcile.ts';
import { remountRoutes } from '../../functions/remount/remountRoutes.ts';
import { storageKey } from '../../functions/store/keys.ts';
import { severalAtOnce } from '../../functions/store/severalAtOnce.ts';
import { locate } from '../../functions/tree/locate.ts';
import type { Mount } from '../../functions/tree/mount.ts';
import { mountTeardown } from '../../functions/tree/teardownRecord.ts';
import { type InvokeTask, loadStateMachine, type Outcome } from '../../infra/local/stateMachine.ts';
import { type Caller, caller } from '../support/call.ts';
import { aslOf, stepsOf, withoutPauses } from '../support/machines.ts';
import { placeMount } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

let deps: TestDeps;
let call: Caller;
let name: string;
let invoked: string[];
let faults: Record<string, number>;
/** Runs during the first wait of a workflow. */
let meanwhile: () => Promise<void>;
const nothing = async () => {};

beforeAll(async () => {
  deps = await testDeps();
  call = caller(deps, { builtin: [...remountRoutes, ...bulkRoutes], engines: {} }, await rootToken(deps));
});
afterAll(() => deps.stop());
beforeEach(() => {
  name = deps.ids.base62(8);
  invoked = [];
  faults = {};
  meanwhile = nothing;
});

/** The functions of the states; each may be made to fail a number of times. */
const invoke: InvokeTask = async (functionName, input) => {
  if (functionName === 'sleep') {
    deps.clock.pass((input as { seconds: number }).seconds * 1_000);
    const work = meanwhile;
    meanwhile = nothing;
    await work();
    return null;
  }
  invoked.push(functionName);
  if ((faults[functionName] ?? 0) > 0) {
    faults[functionName] = (faults[functionName] ?? 0) - 1;
    throw Object.assign(new Error('the answer was lost'), { name: 'StoreBusy' });
  }
  return stepsOf(deps)(functionName, input);
};

async function run(machine: string, id: string): Promise<{ outcome: Outcome; transitions: number }> {
  const asl = withoutPauses(await aslOf(machine), { retries: true });
  const execution = loadStateMachine(asl, invoke)({ id }, {});
  const outcome = await execution.outcome;
  return { outcome, transitions: execution.transitions() };
}

async function accepted(from: string, to: string): Promise<string> {
  const { body } = await call('POST', 'sys/remount', { body: { from, to } });
  return body.migration_id;
}

/** Starts the next execution as the reconciler does. Nothing else happens after an execution has failed. */
async function restart(id: string): Promise<void> {
  deps.clock.pass(OVERDUE_MS * 3);
  await reconcile(deps);
  expect(deps.started.map((one) => one.name)).toContain(`${id}-2`);
}

describe('the remount machine', () => {
  it('takes two transitions for a mount that has issued nothing', async () => {
    await placeMount(deps, `${name}/`);
    const id = await accepted(name, `${name}-new`);

    const { outcome, transitions } = await run('remount', id);

    expect(outcome.status).toBe('SUCCEEDED');
    expect(transitions).toBe(2);
    expect(invoked).toEqual(['switch']);
    expect(await readMigration(deps, id)).toMatchObject({ status: 'success' });
  });

  it('revokes all shards, completes, waits and closes for a mount that has issued something', async () => {
    await placeMount(deps, `${name}/`, { issued: true });
    const id = await accepted(name, `${name}-new`);

    const { outcome } = await run('remount', id);

    expect(outcome.status).toBe('SUCCEEDED');
    expect(invoked).toEqual(['switch', ...Array.from({ length: 16 }, () => 'revoke'), 'complete', 'close']);
    const migration = await readMigration(deps, id);
    expect(migration?.status).toBe('success');
    expect(migration?.nextLook).toBeUndefined();
  });

  it('retries every task, and makes the move once', async () => {
    await placeMount(deps, `${name}/`, { issued: true });
    const id = await accepted(name, `${name}-new`);
    faults = { switch: 5, revoke: 8, complete: 5, close: 8 };

    const { outcome } = await run('remount', id);

    expect(outcome.status).toBe('SUCCEEDED');
    expect((await locate(deps.store, `${name}-new`)).mount?.generation).toBe(1);
    expect(await readMigration(deps, id)).toMatchObject({ status: 'success' });
  });

  it.each([
    ['switch', 5, 'accepted'],
    ['complete', 5, 'switched'],
    ['close', 8, 'done'],
  ])(
    'fails when %s fails more than %i times, and the next execution continues from there',
    async (step, retries, phase) => {
      await placeMount(deps, `${name}/`, { issued: true });
      const id = await accepted(name, `${name}-new`);
      faults = { [step]: retries + 1 };

      const { outcome } = await run('remount', id);

      expect(outcome).toMatchObject({ status: 'FAILED', error: 'StoreBusy' });
      expect(invoked.filter((one) => one === step)).toHaveLength(retries + 1);
      expect(await readMigration(deps, id)).toMatchObject({ phase });
      await restart(id);
      expect((await run('remount', id)).outcome.status).toBe('SUCCEEDED');
      expect((await locate(deps.store, `${name}-new`)).mount?.generation).toBe(1);
      expect((await readMigration(deps, id))?.nextLook).toBeUndefined();
    },
  );

  it('fails when one of its shards fails, and keeps what the others have revoked', async () => {
    await placeMount(deps, `${name}/`, { issued: true });
    const id = await accepted(name, `${name}-new`);
    // More faults than one shard has attempts, and fewer than all shards have together.
    faults = { revoke: 16 * 9 - 1 };

    const { outcome } = await run('remount', id);

    expect(outcome).toMatchObject({ status: 'FAILED', error: 'StoreBusy' });
    expect(await readMigration(deps, id)).toMatchObject({ phase: 'switched', status: 'in-progress' });
    faults = {};
    await restart(id);
    expect((await run('remount', id)).outcome.status).toBe('SUCCEEDED');
  });

  it('ends at once for a migration that is unknown or over', async () => {
    expect(await run('remount', 'unknown')).toMatchObject({ transitions: 2 });
  });
});

describe('the bulk machine', () => {
  async function acceptedRun(count: number, more: Partial<Mount> = {}): Promise<string> {
    const numbers = Array.from({ length: count }, (_, i) => i);
    await severalAtOnce(numbers, (i) => placeMount(deps, `${name}-${i}/`, more));
    const moves = numbers.map((i) => ({ from: `${name}-${i}`, to: `${name}-new-${i}` }));
    const { body } = await call('POST', 'sys/remount/bulk', { body: { moves, max_concurrency: 2 } });
    return body.data.bulk_id;
  }

  async function statusOf(id: string): Promise<unknown> {
    return (await call('GET', `sys/remount/bulk/${id}`)).body.data.bulk_info.status;
  }

  it('works on the chunks of a run, and checks once whether the run is done', async () => {
    const id = await acceptedRun(250);
    const { outcome } = await run('bulk', id);
    expect(outcome.status).toBe('SUCCEEDED');
    expect(invoked).toEqual(['bulkBegin', 'bulkChunk', 'bulkChunk', 'bulkChunk', 'bulkComplete']);
    expect(await statusOf(id)).toBe('success');
  });

  it('waits until everything that the mounts have issued is revoked', async () => {
    const id = await acceptedRun(2, { issued: true });
    meanwhile = async () => {
      const revocations = deps.started.filter(({ machine }) => machine === 'remount');
      for (const { id: migrationId } of revocations) await run('remount', migrationId);
    };
    expect((await run('bulk', id)).outcome.status).toBe('SUCCEEDED');
    expect(await statusOf(id)).toBe('success');
  });

  it('retries every task, and makes each move once', async () => {
    const id = await acceptedRun(3);
    faults = { bulkBegin: 1, bulkChunk: 2, bulkComplete: 1 };
    expect((await run('bulk', id)).outcome.status).toBe('SUCCEEDED');
    expect((await locate(deps.store, `${name}-new-0`)).mount?.generation).toBe(1);
  });

  it.each([
    ['bulkBegin', 5],
    ['bulkChunk', 8],
    ['bulkComplete', 5],
  ])(
    'fails when %s fails more than %i times, and the next execution continues from there',
    async (step, retries) => {
      const id = await acceptedRun(3);
      faults = { [step]: retries + 1 };

      const { outcome } = await run('bulk', id);

      expect(outcome.status).toBe('FAILED');
      expect(invoked.filter((one) => one === step)).toHaveLength(retries + 1);
      expect(await statusOf(id)).toBe('in-progress');
      await restart(id);
      expect((await run('bulk', id)).outcome.status).toBe('SUCCEEDED');
      expect(await statusOf(id)).toBe('success');
      expect((await locate(deps.store, `${name}-new-0`)).mount?.generation).toBe(1);
    },
  );

  it('ends at once for a run that is unknown or over', async () => {
    expect((await run('bulk', 'unknown')).outcome.status).toBe('SUCCEEDED');
    expect(invoked).toEqual(['bulkBegin', 'bulkComplete']);
  });
});

describe('the teardown machine', () => {
  it('waits for the requests in flight, and removes everything of the mount', async () => {
    const mount = await placeMount(deps, `${name}/`);
    const stored = storageKey(mount.uuid, 'data/secret');
    const { id, write } = mountTeardown(deps, mount);
    await deps.store.commit([write, { put: { ...stored } }]);

    const { outcome } = await run('teardown', id);

    expect(outcome.status).toBe('SUCCEEDED');
    expect(invoked).toEqual(['teardown', 'teardown']);
    expect(await deps.store.query({ table: 'storage', pk: mount.uuid })).toEqual([]);
    expect(await deps.store.get({ table: 'migrations', pk: id, sk: '.' })).toBeUndefined();
  });

  it('fails when its task fails more than eight times, and continues when it is started again', async () => {
    const mount = await placeMount(deps, `${name}/`);
    const { id, write } = mountTeardown(deps, mount);
    await deps.store.commit([write]);
    faults = { teardown: 9 };

    expect((await run('teardown', id)).outcome).toMatchObject({ status: 'FAILED', error: 'StoreBusy' });

    expect(invoked).toHaveLength(9);
    expect((await run('teardown', id)).outcome.status).toBe('SUCCEEDED');
  });
});
