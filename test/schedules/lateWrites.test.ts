import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Deps } from '../../functions/ports/deps.ts';
import { pauseSchedule, putSchedule, removeSchedule } from '../../functions/schedules/changeSchedule.ts';
import { findSchedule } from '../../functions/schedules/findSchedule.ts';
import { noted, type Schedule } from '../../functions/schedules/schedule.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { meanwhile } from '../support/meanwhile.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());

function put(name: string, schedule: string, on: Deps = deps): Promise<Schedule> {
  return putSchedule(on, {
    origin: { namespace: ROOT, requestedBy: { displayName: '', accessor: '', namespace: '' } },
    name,
    timetable: { schedule, timezone: 'UTC', end: deps.clock.now() + 86_400_000 },
    body: { rules: [{ from: 'old/*', to: 'new/*' }] },
    home: { id: 'root', path: '' },
    policies: ['root'],
  });
}

const between = (act: () => Promise<unknown>): Deps => ({ ...deps, store: meanwhile(deps.store, act) });
const recorded = async (name: string) => (await findSchedule(deps.store, 'root', name))?.schedule;
const known = (name: string) => deps.timetables.get(`root-${name}`)?.schedule;

it('two requests that create a schedule at once leave the record and the timetable equal', async () => {
  await put(
    'made',
    'rate(1 day)',
    between(() => put('made', 'rate(2 days)')),
  );

  expect(await recorded('made')).toBe('rate(1 day)');
  expect(known('made')).toBe('rate(1 day)');
});

it('two requests that replace a schedule at once leave the record and the timetable equal', async () => {
  await put('renewed', 'rate(3 days)');
  await put(
    'renewed',
    'rate(1 day)',
    between(() => put('renewed', 'rate(2 days)')),
  );

  expect(await recorded('renewed')).toBe('rate(1 day)');
  expect(known('renewed')).toBe('rate(1 day)');
});

it('a schedule that is removed and created again while it is replaced has an equal record and timetable', async () => {
  await put('again', 'rate(3 days)');
  const createAgain = async () => {
    await removeSchedule(deps, { namespaceId: 'root', name: 'again' });
    deps.clock.pass(1);
    await put('again', 'rate(2 days)');
  };
  await put('again', 'rate(1 day)', between(createAgain));

  expect(await recorded('again')).toBe('rate(1 day)');
  expect(known('again')).toBe('rate(1 day)');
});

it('a schedule takes no note from a run that has read an earlier schedule of the same name', async () => {
  const other = await put('named', 'rate(1 day)');
  await removeSchedule(deps, { namespaceId: 'root', name: 'named' });
  deps.clock.pass(1);
  await put('named', 'rate(1 day)');

  const late = deps.store.commit([noted(other, { lastRun: { plannedAt: 1 } })]);

  await expect(late).rejects.toThrow('a condition failed');
  expect(await findSchedule(deps.store, 'root', 'named')).not.toHaveProperty('lastRun');
});

it('a schedule takes no note from a run that has read an older version', async () => {
  const older = await put('noted', 'rate(1 day)');
  await put('noted', 'rate(2 days)');

  const late = deps.store.commit([noted(older, { lastRun: { plannedAt: 1 } })]);

  await expect(late).rejects.toThrow('a condition failed');
  expect(await findSchedule(deps.store, 'root', 'noted')).not.toHaveProperty('lastRun');
});

it('a schedule that is removed while it is paused stays removed', async () => {
  await put('paused', 'rate(1 day)');
  const order = { namespaceId: 'root', name: 'paused' };

  await pauseSchedule(
    between(() => removeSchedule(deps, order)),
    order,
    true,
  );

  expect(await findSchedule(deps.store, 'root', 'paused')).toBeUndefined();
});

it('a schedule that is replaced while it is paused is as it was replaced, and paused', async () => {
  await put('paused', 'rate(1 day)');
  const order = { namespaceId: 'root', name: 'paused' };

  await pauseSchedule(
    between(() => put('paused', 'rate(2 days)')),
    order,
    true,
  );

  const schedule = await findSchedule(deps.store, 'root', 'paused');
  expect(schedule).toMatchObject({ schedule: 'rate(2 days)', pausedAt: expect.any(Number), version: 3 });
});
