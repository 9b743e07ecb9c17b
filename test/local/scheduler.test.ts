import { join } from 'node:path';
import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  ListSchedulesCommand,
  ResourceNotFoundException,
  SchedulerClient,
  UpdateScheduleCommand,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LocalServer } from '../../infra/local/localServer.ts';
import { GROUP, startScheduler } from '../../infra/local/scheduler.ts';
import { temporaryFolder } from './support.ts';

const HOUR_MS = 3_600_000;

describe('the local scheduler', () => {
  const ends: (() => void)[] = [];
  let client: SchedulerClient;
  let woken: [string, unknown][];
  beforeEach(async () => {
    woken = [];
    await start();
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  async function start(file?: string): Promise<LocalServer> {
    const served = await startScheduler({ wake: (name, event) => void woken.push([name, event]), file });
    client = new SchedulerClient({
      endpoint: served.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    });
    const mine = client;
    ends.push(served.stop, () => mine.destroy());
    return served;
  }

  const input = (ScheduleExpression: string, more: object = {}) => ({
    Name: 'nightly',
    GroupName: GROUP,
    ScheduleExpression,
    FlexibleTimeWindow: { Mode: 'OFF' as const },
    ActionAfterCompletion: 'DELETE' as const,
    Target: {
      Arn: 'arn:aws:lambda:us-east-1:000000000000:function:mover',
      RoleArn: 'arn:aws:iam::000000000000:role/any',
      Input: '{"planned":"<aws.scheduler.scheduled-time>"}',
    },
    ...more,
  });
  const create = (expression: string, more?: object) =>
    client.send(new CreateScheduleCommand(input(expression, more)));
  const get = () => client.send(new GetScheduleCommand({ Name: 'nightly', GroupName: GROUP }));
  /** The local time that many milliseconds ahead, to the second. */
  const soon = (ms: number) => new Date(Date.now() + ms).toISOString().slice(0, 19);

  it('creates, changes, lists and deletes schedules', async () => {
    const EndDate = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + HOUR_MS);

    await create('cron(0 3 * * ? *)', { EndDate, ScheduleExpressionTimezone: 'Europe/Berlin' });

    expect(await get()).toMatchObject({
      ScheduleExpression: 'cron(0 3 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      EndDate,
    });
    await client.send(new UpdateScheduleCommand(input('rate(7 days)', { StartDate: EndDate })));
    expect(await get()).toMatchObject({ ScheduleExpression: 'rate(7 days)', StartDate: EndDate });
    const { Schedules } = await client.send(new ListSchedulesCommand({ GroupName: GROUP }));
    expect(Schedules?.map(({ Name }) => Name)).toEqual(['nightly']);
    await client.send(new DeleteScheduleCommand({ Name: 'nightly', GroupName: GROUP }));
    await expect(get()).rejects.toThrow(ResourceNotFoundException);
  });

  it('refuses what AWS refuses', async () => {
    const past = new Date(Date.now() - HOUR_MS);
    await expect(create('every night')).rejects.toThrow(ValidationException);
    await expect(create('rate(1 day)', { EndDate: past })).rejects.toThrow(ValidationException);
    await expect(create('rate(1 day)', { GroupName: 'other' })).rejects.toThrow(ResourceNotFoundException);
    await expect(client.send(new UpdateScheduleCommand(input('rate(1 day)')))).rejects.toThrow(
      ResourceNotFoundException,
    );
    await create('cron(0 3 * * ? *)');
    await expect(create('cron(0 3 * * ? *)')).rejects.toThrow(ConflictException);
  });

  it('invokes a function at the set time, passes the time, and deletes the schedule', async () => {
    const time = soon(1_500);

    await create(`at(${time})`);

    await vi.waitFor(() => expect(woken).toEqual([['mover', { planned: `${time}Z` }]]), { timeout: 10_000 });
    await vi.waitFor(() => expect(get()).rejects.toThrow(ResourceNotFoundException));
  });

  it('keeps the schedules of its folder over a restart', async () => {
    const file = join(await temporaryFolder(), 'schedules.json');
    const first = await start(file);
    const time = soon(3_000);
    await create(`at(${time})`);
    first.stop();

    await start(file);

    expect(await get()).toMatchObject({ ScheduleExpression: `at(${time})` });
    await vi.waitFor(() => expect(woken).toEqual([['mover', { planned: `${time}Z` }]]), { timeout: 10_000 });
  });
});
