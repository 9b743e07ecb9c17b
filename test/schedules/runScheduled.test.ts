import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runEnded } from '../../functions/bulk/bulkRun.ts';
import { findRun } from '../../functions/bulk/readRun.ts';
import { ARRIVAL_MS, MAX_KEPT_ERROR_BYTES } from '../../functions/limits.ts';
import { parsePolicy } from '../../functions/policies/policy.ts';
import type { Deps } from '../../functions/ports/deps.ts';
import { pauseSchedule, putSchedule, removeSchedule } from '../../functions/schedules/changeSchedule.ts';
import { findSchedule } from '../../functions/schedules/findSchedule.ts';
import { runScheduled, type Woken } from '../../functions/schedules/runScheduled.ts';
import type { Schedule } from '../../functions/schedules/schedule.ts';
import { policyKey } from '../../functions/store/keys.ts';
import { deleteNamespace } from '../../functions/tree/deleteNamespace.ts';
import { lockNamespace } from '../../functions/tree/lockNamespace.ts';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const MOVER = 'path "sys/remount/bulk" { capabilities = ["update", "sudo"] }';
const HOUR_MS = 3_600_000;

let deps: TestDeps;
let namespace: Namespace;
/** The first time at which the schedule is due. */
let first: number;
beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());
beforeEach(async () => {
  namespace = await placeNamespace(deps, ROOT, `ns-${deps.ids.hex(8)}`);
  await writePolicy(MOVER);
  await placeMount(deps, 'old/a/', { namespaceId: namespace.id });
  await make();
  first = Math.ceil(deps.clock.now() / 1_000) * 1_000;
});

async function writePolicy(text: string, name = 'mover'): Promise<void> {
  const policy = { text, version: 1, compiled: JSON.stringify(parsePolicy(text)) };
  await deps.store.commit([{ put: { ...policyKey(namespace.id, name), ...policy } }]);
}

function make(
  rules = [{ from: 'old/*', to: 'new/*' }],
  on: Deps = deps,
  more: object = {},
): Promise<Schedule> {
  const requestedBy = { displayName: 'ann', accessor: 'accessor-of-ann', namespace: namespace.path };
  return putSchedule(on, {
    origin: { namespace, requestedBy },
    name: 'nightly',
    timetable: { schedule: 'rate(1 hour)', timezone: 'UTC', end: deps.clock.now() + 48 * HOUR_MS },
    body: { rules, reason: 'tidying', ...more },
    home: { id: namespace.id, path: namespace.path },
    policies: ['mover'],
  });
}

const id = () => `${namespace.id}-nightly`;
const wake = (plannedAt: number): Promise<Woken> =>
  runScheduled(deps, { id: id(), planned: `${new Date(plannedAt).toISOString().slice(0, 19)}Z` });
const record = () => findSchedule(deps.store, namespace.id, 'nightly');
const runs = () => deps.started.filter(({ machine }) => machine === 'bulk').length;

/** A run that must have been started. */
async function started(plannedAt: number): Promise<string> {
  const woken = await wake(plannedAt);
  if (!('bulk_id' in woken)) throw new Error(`no run: ${JSON.stringify(woken)}`);
  return woken.bulk_id;
}

async function end(bulkId: string): Promise<void> {
  const read = await findRun(deps.store, bulkId);
  if (read) await deps.store.commit([runEnded(read.run, undefined, deps.clock.now())]);
}

describe('a schedule that is woken', () => {
  it('starts a run that names the schedule as its requester, and notes it', async () => {
    const bulkId = await started(first);

    const read = await findRun(deps.store, bulkId);
    expect(read?.run).toMatchObject({
      total: 1,
      reason: 'tidying',
      namespacePath: namespace.path,
      requestedBy: { displayName: 'schedule-nightly', accessor: '', namespace: namespace.path },
    });
    expect((await record())?.lastRun).toEqual({ plannedAt: first, bulkId });
  });

  it('starts one run for one planned time, even if it is woken for it several times at once', async () => {
    const before = runs();

    const woken = await Promise.all([started(first), started(first), started(first)]);
    woken.push(await started(first));

    expect(new Set(woken).size).toBe(1);
    await end(woken[0] as string);
    expect(await started(first)).toBe(woken[0]);
    expect(runs()).toBe(before + 1);
  });

  it('skips a time while the previous run is in progress, notes that, and runs again after it', async () => {
    const bulkId = await started(first);

    expect(await wake(first + HOUR_MS)).toEqual({ skipped_for: bulkId });
    expect(await wake(first + HOUR_MS)).toEqual({ skipped_for: bulkId });

    expect((await record())?.lastSkipped).toEqual({ plannedAt: first + HOUR_MS, bulkId });
    await end(bulkId);
    expect(await wake(first + HOUR_MS)).toEqual({ skipped_for: bulkId });
    expect(await started(first + 2 * HOUR_MS)).not.toBe(bulkId);
  });

  it('expands its rules at each run', async () => {
    await end(await started(first));
    await placeMount(deps, 'old/b/', { namespaceId: namespace.id });

    const bulkId = await started(first + HOUR_MS);

    expect((await findRun(deps.store, bulkId))?.counts.total).toBe(2);
  });

  it('is authorized by the text that its policies have now', async () => {
    await writePolicy('path "sys/remount/bulk" { capabilities = ["deny"] }');

    await expect(wake(first)).rejects.toThrow(/^permission denied$/);

    expect((await record())?.lastRun).toEqual({
      plannedAt: first,
      error: 'permission denied',
    });
    await writePolicy(MOVER);
    await started(first);
  });

  it('notes why a run was refused, and runs again at the next time', async () => {
    await placeMount(deps, 'new/a/', { namespaceId: namespace.id });

    await expect(wake(first)).rejects.toThrow('path already in use');

    expect((await record())?.lastRun?.error).toContain('path already in use');
    await placeMount(deps, 'more/b/', { namespaceId: namespace.id });
    await make([{ from: 'more/*', to: 'new/*' }]);
    expect((await record())?.lastRun?.plannedAt).toBe(first);
    await started(first + HOUR_MS);
  });

  it('notes the beginning of a long reason, which no record can hold', async () => {
    const moves = Array.from({ length: 300 }, (_, i) => ({
      from: `${'\u0085'.repeat(200)}${i}`,
      to: `y${i}`,
    }));
    await make(undefined, deps, { rules: undefined, moves });
    const refused = String(await wake(first).catch((error: Error) => error.message));
    expect(refused.length).toBeGreaterThan(300_000);
    const error = (await record())?.lastRun?.error ?? '';
    expect([refused.startsWith(error.slice(0, -1)), error.at(-1)]).toEqual([true, '…']);
    expect(Buffer.byteLength(error)).toBeLessThanOrEqual(MAX_KEPT_ERROR_BYTES);
  });

  it('changes policies if its own allow that now', async () => {
    await writePolicy('path "old/a/*" { capabilities = ["read"] }', 'reader');
    await make(undefined, deps, { policies: 'follow' });
    // The schedule may know its name, but who may read the schedule need not.
    await writePolicy(`${MOVER} path "sys/policies/acl/*" { capabilities = ["read"] }`);

    await expect(wake(first)).rejects.toThrow('may not write policies');
    expect((await record())?.lastRun?.error).toContain('1 of namespace');

    await writePolicy(`${MOVER} path "sys/policies/acl/reader" { capabilities = ["update"] }`);
    const read = await findRun(deps.store, await started(first + HOUR_MS));
    expect(read?.run.policies).toEqual({ mode: 'follow', follows: true });
  });

  it('does not fail when there is nothing to move, and skips rules that match nothing', async () => {
    const before = runs();
    await make([{ from: 'none/*', to: 'new/*' }]);

    expect(await wake(first)).toEqual({ nothing: 'to move' });
    expect(await wake(first)).toEqual({ nothing: 'to move' });

    expect((await record())?.lastRun).toEqual({ plannedAt: first, isEmpty: true });
    expect(runs()).toBe(before);
    await make([
      { from: 'none/*', to: 'new/*' },
      { from: 'old/*', to: 'new/*' },
    ]);
    expect((await findRun(deps.store, await started(first + HOUR_MS)))?.counts.total).toBe(1);
  });

  it('finds its run by the planned time alone, when it was not noted', async () => {
    const { store } = deps;
    let lost = 0;
    const commit: typeof store.commit = async (writes) => {
      const note = writes.find(
        (write) => 'update' in write && (write.set?.lastRun as { bulkId?: string })?.bulkId,
      );
      if (note && lost++ === 0) throw new Error('the process died');
      return store.commit(writes);
    };
    const dying = { ...deps, store: { ...store, commit } };
    const planned = new Date(first).toISOString();
    await expect(runScheduled(dying, { id: id(), planned })).rejects.toThrow('the process died');
    const before = runs();

    const next = await wake(first + HOUR_MS);

    expect(next).toEqual({ skipped_for: expect.any(String) });
    expect(await started(first)).toBe((next as { skipped_for: string }).skipped_for);
    expect(runs()).toBe(before);
  });

  it('starts one run when several times are delivered at once', async () => {
    const before = runs();

    await Promise.allSettled([wake(first), wake(first + HOUR_MS), wake(first + 2 * HOUR_MS)]);

    expect(runs()).toBe(before + 1);
  });

  it('waits for a run that is being started, for as long as a start can take', async () => {
    const { store } = deps;
    const putMany: typeof store.putMany = () => Promise.reject(new Error('the process died'));
    const dying = { ...deps, store: { ...store, putMany } };
    const planned = new Date(first).toISOString();
    await expect(runScheduled(dying, { id: id(), planned })).rejects.toThrow('the process died');
    await expect(wake(first + HOUR_MS)).rejects.toThrow('the previous run is being started');

    deps.clock.pass(deps.settings.requestLifeMs + ARRIVAL_MS + 1);

    await started(first + HOUR_MS);
    expect(await wake(first)).toEqual({ nothing: 'past' });
  });

  it('does nothing for a time before it was created, after its end, or before a later time that was handled', async () => {
    await end(await started(first + HOUR_MS));

    for (const plannedAt of [first, first - HOUR_MS, first + 49 * HOUR_MS])
      expect(await wake(plannedAt)).toEqual({ nothing: 'past' });
  });

  it('starts nothing while it is paused, also after it was replaced, and runs again when it is resumed', async () => {
    const pause = (isPaused: boolean) =>
      pauseSchedule(deps, { namespaceId: namespace.id, name: 'nightly' }, isPaused);
    await pause(true);
    await make();

    expect(await wake(first)).toEqual({ nothing: 'paused' });
    expect((await record())?.lastRun).toBeUndefined();

    await pause(false);
    await started(first + HOUR_MS);
  });

  it('starts nothing when it is paused between the look at it and the claim of the time', async () => {
    const store = meanwhile(deps.store, async () => {
      await pauseSchedule(deps, { namespaceId: namespace.id, name: 'nightly' }, true);
    });

    const woken = await runScheduled(
      { ...deps, store },
      { id: id(), planned: new Date(first).toISOString() },
    );

    expect(woken).toEqual({ nothing: 'paused' });
  });

  it('does not run in a locked namespace', async () => {
    await lockNamespace(deps, namespace, '');

    await expect(wake(first)).rejects.toThrow('has been locked');
  });

  it('ends with its namespace: the next waking removes record and timetable', async () => {
    await deleteNamespace(deps, ROOT, namespace.path);

    expect(await wake(first)).toEqual({ nothing: 'gone' });

    expect(await record()).toBeUndefined();
    expect(deps.timetables.has(id())).toBe(false);
  });

  it('before its record is written waits for the record', async () => {
    const store = meanwhile(deps.store, async () => {
      await expect(wake(first)).rejects.toThrow('the schedule may not be recorded yet');
    });
    await removeSchedule(deps, { namespaceId: namespace.id, name: 'nightly' });

    await make(undefined, { ...deps, store });

    expect(deps.timetables.has(id())).toBe(true);
    await started(first);
  });

  it('without a record is removed from the scheduler', async () => {
    deps.timetables.set(`${namespace.id}-forgotten`, { schedule: 'rate(1 day)', timezone: 'UTC', end: 0 });
    deps.clock.pass(deps.settings.requestLifeMs + ARRIVAL_MS + 1_000);

    const woken = await runScheduled(deps, {
      id: `${namespace.id}-forgotten`,
      planned: new Date(first).toISOString(),
    });

    expect(woken).toEqual({ nothing: 'gone' });
    expect(deps.timetables.has(`${namespace.id}-forgotten`)).toBe(false);
  });
});
