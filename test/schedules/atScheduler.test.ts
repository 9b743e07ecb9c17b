import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventBridgeScheduler } from '../../functions/adapters/eventBridgeScheduler.ts';
import { TimetableRefused } from '../../functions/ports/scheduler.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import type { LocalServer } from '../../infra/local/localServer.ts';
import { GROUP, startScheduler } from '../../infra/local/scheduler.ts';
import { CREDENTIALS } from '../local/support.ts';
import { type Caller, caller } from '../support/call.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const SETTINGS = {
  GROUP,
  TARGET_ARN: 'arn:aws:lambda:us-east-1:000000000000:function:mover',
  ROLE_ARN: 'arn:aws:iam::000000000000:role/scheduler',
  DEAD_LETTERS_ARN: 'arn:aws:sqs:us-east-1:000000000000:refused',
};

describe('a schedule at EventBridge Scheduler', () => {
  let deps: TestDeps;
  let server: LocalServer;
  let client: SchedulerClient;
  let call: Caller;
  let name: string;
  beforeAll(async () => {
    deps = await testDeps();
    server = await startScheduler({ credentials: CREDENTIALS, functionNames: ['mover'], wake: () => {} });
    client = new SchedulerClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: CREDENTIALS,
    });
    const scheduler = eventBridgeScheduler(client, (setting) => SETTINGS[setting]);
    call = caller({ ...deps, scheduler }, vaultApi, await rootToken(deps));
  });
  afterAll(async () => {
    client.destroy();
    server.stop();
    await deps.stop();
  });
  beforeEach(() => {
    name = `s-${deps.ids.hex(8)}`;
  });

  const make = (schedule: string, more: object = {}) =>
    call('POST', `sys/remount/schedules/${name}`, {
      body: { schedule, rules: [{ from: 'old/*', to: 'new/*' }], ...more },
    });
  const kept = () => client.send(new GetScheduleCommand({ Name: `root-${name}`, GroupName: GROUP }));
  const ago = (ms: number) => new Date(Date.now() - ms);

  it('is renewed by the same request after its start', async () => {
    const start = ago(10 * MINUTE_MS).toISOString();

    const order = () => make('cron(0 3 * * ? *)', { start });
    expect([(await order()).status, (await order()).status]).toEqual([200, 200]);

    expect((await kept()).StartDate).toBeUndefined();
    const { body } = await call('GET', `sys/remount/schedules/${name}`);
    expect(body.data.start_time).toBe(start);
  });

  it('with a rate goes on at the times that follow from its start', async () => {
    const start = ago(3 * DAY_MS - 10 * MINUTE_MS);

    expect((await make('rate(2 days)', { start: start.toISOString() })).status).toBe(200);

    const next = Math.ceil(start.getTime() / 1_000) * 1_000 + 4 * DAY_MS;
    expect((await kept()).StartDate?.getTime()).toBe(next);
  });

  it('would be refused with a start in the past', async () => {
    const scheduler = eventBridgeScheduler(client, (setting) => SETTINGS[setting]);
    const times = { schedule: 'cron(0 3 * * ? *)', timezone: 'UTC', end: Date.now() + DAY_MS };

    const put = scheduler.put(`root-${name}`, { ...times, start: ago(6 * MINUTE_MS).getTime() });

    await expect(put).rejects.toThrow(TimetableRefused);
    await expect(put).rejects.toThrow('StartDate you specify cannot be earlier than 5 minutes ago');
  });

  it('is refused with the words of the scheduler and the names of the fields', async () => {
    const { status, body } = await make('rate(5 fortnights)');

    expect(status).toBe(400);
    expect(body.errors).toEqual([
      "the scheduler refuses 'schedule', 'timezone', 'start' or 'end': Invalid Schedule Expression rate(5 fortnights).",
    ]);
  });
});
