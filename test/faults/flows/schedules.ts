/** Schedules: the record and the timetable agree, and each planned time has one run. */

import { isDeepStrictEqual } from 'node:util';
import { runScheduled, type Wake, type Woken } from '../../../functions/schedules/runScheduled.ts';
import type { Answer } from '../../support/call.ts';
import type { Stored, Tables } from '../../support/tables.ts';
import type { Flow } from '../play.ts';
import { changes, mountIn, must, putKv, putMaker, untrue } from '../setting.ts';
import type { Stage } from '../stage.ts';

const PATH = 'sys/remount/schedules/nightly';
const ID = 'root-nightly';

const HOURLY = { schedule: 'rate(1 hour)', policies: ['maker'], rules: [{ from: 'old/*', to: 'new/*' }] };
const DAILY = { ...HOURLY, schedule: 'rate(1 day)' };

function recordIn({ migrations }: Tables): Stored | undefined {
  return migrations.find(({ kind }) => kind === 'schedule');
}

function runsIn({ migrations }: Tables): Stored[] {
  return migrations.filter(({ kind }) => kind === 'bulk');
}

/** The schedule in the record, and the one of the scheduler. */
async function timesOf(stage: Stage): Promise<{ recorded?: string; actual?: string | undefined }> {
  const recorded = recordIn(await stage.tables())?.schedule;
  return { recorded, actual: stage.timetables.get(ID)?.ScheduleExpression };
}

/** Writes a schedule that is new or replaces another one. */
function putting(name: string, before?: typeof HOURLY): Flow {
  return {
    name,
    async prepare(stage) {
      await putMaker(stage);
      await putKv(stage, 'old/kv');
      if (before) await must(stage, 'POST', PATH, { body: before });
      const request = ['POST', PATH, { body: DAILY }] as const;
      return () => {
        let answer: Answer | undefined;
        return {
          async act() {
            answer = await stage.ask('schedule', ...request);
          },
          async check() {
            const { recorded, actual } = await timesOf(stage);
            const again = await stage.call(...request);
            const repaired = await timesOf(stage);
            return untrue({
              'the answer is a success or a 503': answer === undefined || [200, 503].includes(answer.status),
              'a successful answer is true': answer?.status !== 200 || recorded === DAILY.schedule,
              'a recorded change has reached the scheduler':
                recorded !== DAILY.schedule || actual === DAILY.schedule,
              'a recorded schedule has a timetable': recorded === undefined || actual !== undefined,
              'it can be requested again': again.status === 200,
              'record and timetable are as requested then':
                repaired.recorded === DAILY.schedule && repaired.actual === DAILY.schedule,
            });
          },
        };
      };
    },
  };
}

const removal: Flow = {
  name: 'a schedule that is removed',
  isShort: true,
  async prepare(stage) {
    await putMaker(stage);
    await must(stage, 'POST', PATH, { body: HOURLY });
    return () => {
      let answer: Answer | undefined;
      return {
        async act() {
          answer = await stage.ask('unschedule', 'DELETE', PATH);
        },
        async check() {
          const { recorded, actual } = await timesOf(stage);
          const again = await stage.call('DELETE', PATH);
          const repaired = await timesOf(stage);
          return untrue({
            'the answer is a success or a 503': answer === undefined || [204, 503].includes(answer.status),
            'a successful answer is true': answer?.status !== 204 || (recorded ?? actual) === undefined,
            'there is no timetable without a record': recorded !== undefined || actual === undefined,
            'it can be requested again': again.status === 204,
            'nothing is left then': (repaired.recorded ?? repaired.actual) === undefined,
          });
        },
      };
    };
  },
};

/** A schedule, and a planned time at which it is woken. */
async function scheduled(stage: Stage): Promise<{ wake: Wake; uuid: string; before: Tables }> {
  await putMaker(stage);
  await putKv(stage, 'old/kv');
  await must(stage, 'POST', PATH, { body: HOURLY });
  const before = await stage.tables();
  return { wake: wakeAt(stage.deps.clock.now()), uuid: mountIn(before, 'old/kv')?.uuid, before };
}

/** To the second, as the scheduler plans. */
function wakeAt(time: number): Wake {
  return { id: ID, planned: `${new Date(time).toISOString().slice(0, 19)}Z` };
}

const waking: Flow = {
  name: 'a schedule that is woken',
  async prepare(stage) {
    const { wake, uuid, before } = await scheduled(stage);
    return () => {
      let woken: Woken | undefined;
      return {
        async act() {
          woken = await stage.invokeWithRetries('scheduledRemount', () => runScheduled(stage.deps, wake));
        },
        async check() {
          const again = await runScheduled(stage.deps, wake);
          await stage.recover();
          const after = await stage.tables();
          const [run, ...others] = runsIn(after);
          const started = { bulk_id: run?.pk };
          return [
            ...changes(before, after, uuid),
            ...untrue({
              'there is one run for one time, and it succeeded':
                others.length === 0 && run?.status === 'success',
              'a second waking gets the same run': isDeepStrictEqual(again, started),
              'the first outcome is true': woken === undefined || isDeepStrictEqual(woken, started),
              'the record names the run': recordIn(after)?.lastRun?.bulkId === run?.pk,
              'the mount was moved once': mountIn(after, 'new/kv')?.generation === 1,
            }),
          ];
        },
      };
    };
  },
};

const skipping: Flow = {
  name: 'a schedule that is woken while its run is in progress',
  async prepare(stage) {
    const { wake, uuid, before } = await scheduled(stage);
    stage.startsNothing = true;
    await runScheduled(stage.deps, wake);
    const [run] = runsIn(await stage.tables());
    const next = wakeAt(stage.deps.clock.now() + 3_600_000);
    return () => {
      let woken: Woken | undefined;
      return {
        async act() {
          woken = await stage.invokeWithRetries('scheduledRemount', () => runScheduled(stage.deps, next));
        },
        async check() {
          const again = await runScheduled(stage.deps, next);
          const after = await stage.tables();
          const skipped = { skipped_for: run?.pk };
          return [
            ...changes(before, after, uuid),
            ...untrue({
              'it is skipped, and the outcome names the run':
                woken === undefined || isDeepStrictEqual(woken, skipped),
              'a time is skipped or run, not both': woken === undefined || isDeepStrictEqual(again, skipped),
              'the mount was moved once': mountIn(after, 'new/kv')?.generation === 1,
            }),
          ];
        },
      };
    };
  },
};

const orphan: Flow = {
  name: 'a timetable without a record',
  async prepare(stage) {
    await scheduled(stage);
    // So long ago that no record can still be in flight.
    const wake = wakeAt(stage.deps.clock.now() - 60_000);
    const { pk, sk } = recordIn(await stage.tables()) as Stored;
    await stage.deps.store.commit([{ delete: { table: 'migrations', pk, sk } }]);
    return () => {
      let woken: Woken | undefined;
      return {
        async act() {
          woken = await stage.invokeWithRetries('scheduledRemount', () => runScheduled(stage.deps, wake));
        },
        async check() {
          const { actual } = await timesOf(stage);
          const again = await runScheduled(stage.deps, wake);
          return untrue({
            'it is removed when it is woken': woken === undefined || actual === undefined,
            'it is removed in the end': (await timesOf(stage)).actual === undefined,
            'the outcome says that the schedule is absent': isDeepStrictEqual(again, { nothing: 'gone' }),
            'no mount has moved': mountIn(await stage.tables(), 'old/kv')?.generation === 0,
          });
        },
      };
    };
  },
};

export const schedules: readonly Flow[] = [
  putting('a schedule that is created'),
  { ...putting('a schedule that is replaced', HOURLY), isShort: true },
  removal,
  waking,
  skipping,
  orphan,
];
