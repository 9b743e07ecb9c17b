import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ConflictException,
  CreateScheduleCommand,
  DeleteScheduleCommand,
  GetScheduleCommand,
  InternalServerException,
  ListSchedulesCommand,
  ResourceNotFoundException,
  SchedulerClient,
  UpdateScheduleCommand,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { LocalServer } from '../../infra/local/localServer.ts';
import { GROUP, startScheduler } from '../../infra/local/scheduler.ts';
import { CREDENTIALS, temporaryFolder } from './support.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

const zone = (ScheduleExpressionTimezone: string) => ({ ScheduleExpressionTimezone });

describe('the local scheduler', () => {
  const ends: (() => void)[] = [];
  let client: SchedulerClient;
  let woken: [string, unknown][];
  let logged: string[];
  beforeEach(async () => {
    woken = [];
    logged = [];
    await start();
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  async function start(file?: string): Promise<LocalServer> {
    const served = await startScheduler({
      credentials: CREDENTIALS,
      functionNames: ['mover'],
      wake: (name, event) => void woken.push([name, event]),
      log: (text) => void logged.push(text),
      file,
    });
    client = new SchedulerClient({
      endpoint: served.endpoint,
      region: 'us-east-1',
      credentials: CREDENTIALS,
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

  const ahead = (ms: number) => new Date(Date.now() + ms);
  const target = (more: object) => ({ Target: { ...input('').Target, ...more } });

  it.each<[string, string, object, string | RegExp]>([
    ['an expression of no kind', 'every night', {}, 'Invalid Schedule Expression every night.'],
    ['a rate in other units', 'rate(5 weeks)', {}, 'Invalid Schedule Expression'],
    ['a rate of nothing', 'rate(0 days)', {}, 'Invalid Schedule Expression'],
    ['five fields', 'cron(0 3 * * ?)', {}, 'Invalid Schedule Expression'],
    ['a rate that cannot be counted', 'rate(999999999999999999 days)', {}, 'Invalid Schedule Expression'],
    ['an eighth day of the week', 'cron(0 3 ? * 8 *)', {}, 'Invalid Schedule Expression'],
    ['a year after the last', 'cron(0 3 1 1 ? 2026-2300)', {}, 'Invalid Schedule Expression'],
    ['two kinds of days', 'cron(0 3 1 * 2 *)', {}, 'Invalid Schedule Expression'],
    ['one time without seconds', 'at(2099-01-01T00:00)', {}, 'Invalid Schedule Expression'],
    ['one time with an offset', 'at(2099-01-01T00:00:00Z)', {}, 'Invalid Schedule Expression'],
    ['one time on no day', 'at(2099-02-30T00:00:00)', {}, 'Invalid Schedule Expression'],
    ['one time that is over', 'at(2020-01-01T00:00:00)', {}, 'Invalid Schedule Expression'],
    ['an expression that is too long', `cron(${'0,'.repeat(130)}0 3 * * ? *)`, {}, 'scheduleExpression'],
    [
      'an unknown zone for a cron',
      'cron(0 3 * * ? *)',
      zone('Europe/Atlantis'),
      'Europe/Atlantis is invalid',
    ],
    ['an unknown zone for a rate', 'rate(1 day)', zone('Europe/Atlantis'), 'Europe/Atlantis is invalid'],
    ['a zone in small letters', 'rate(1 day)', zone('europe/berlin'), 'europe/berlin is invalid'],
    ['an offset for a zone', 'rate(1 day)', zone('+01:00'), 'is invalid'],
    ['an old start', 'rate(1 day)', { StartDate: ahead(-6 * MINUTE_MS) }, 'earlier than 5 minutes ago'],
    ['a past end', 'rate(1 day)', { EndDate: ahead(-HOUR_MS) }, 'EndDate you specify must be in the future'],
    [
      'an end before its start',
      'rate(1 day)',
      { StartDate: ahead(2 * HOUR_MS), EndDate: ahead(HOUR_MS) },
      'StartDate must come before the EndDate',
    ],
    ['no window', 'rate(1 day)', { FlexibleTimeWindow: { Mode: undefined } }, 'flexibleTimeWindow'],
    ['another window', 'rate(1 day)', { FlexibleTimeWindow: { Mode: 'ON' } }, 'flexibleTimeWindow.mode'],
    [
      'a flexible window without minutes',
      'rate(1 day)',
      { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } },
      'flexibleTimeWindow.maximumWindowInMinutes',
    ],
    ['another action', 'rate(1 day)', { ActionAfterCompletion: 'KEEP' }, 'actionAfterCompletion'],
    ['no role', 'rate(1 day)', target({ RoleArn: '' }), 'target.roleArn'],
    ['a role that is none', 'rate(1 day)', target({ RoleArn: 'scheduler' }), 'target.roleArn'],
    ['an input that is no JSON', 'rate(1 day)', target({ Input: '{' }), 'Target.Input'],
    [
      'too many retries',
      'rate(1 day)',
      target({ RetryPolicy: { MaximumRetryAttempts: 186 } }),
      'target.retryPolicy.maximumRetryAttempts',
    ],
    [
      'retries for too short a time',
      'rate(1 day)',
      target({ RetryPolicy: { MaximumEventAgeInSeconds: 59 } }),
      'target.retryPolicy.maximumEventAgeInSeconds',
    ],
    [
      'a function that its role may not invoke',
      'rate(1 day)',
      target({ Arn: 'arn:aws:lambda:us-east-1:000000000000:function:bootstrap' }),
      'The role may not invoke',
    ],
  ])('refuses %s', async (_, expression, more, why) => {
    const refusal = create(expression, more);

    await expect(refusal).rejects.toThrow(ValidationException);
    await expect(refusal).rejects.toThrow(why);
    await expect(get()).rejects.toThrow(ResourceNotFoundException);
  });

  it.each(['Europe/Berlin', 'UTC', 'US/Pacific', 'Asia/Kolkata', 'Etc/GMT+1'])(
    'takes the last day of the week in the zone %s',
    async (name) => {
      await create('cron(0 3 ? * L *)', zone(name));

      expect(await get()).toMatchObject({ ScheduleExpression: 'cron(0 3 ? * L *)', ...zone(name) });
    },
  );

  it('takes a start of a moment ago, and one time whatever its start is', async () => {
    await create('rate(1 day)', { StartDate: ahead(-4 * MINUTE_MS) });
    const oneTime = input(`at(${soon(HOUR_MS)})`, { StartDate: ahead(-HOUR_MS) });
    await client.send(new UpdateScheduleCommand(oneTime));

    expect((await get()).ScheduleExpression).toBe(oneTime.ScheduleExpression);
  });

  it('refuses another group, a name that is taken, and a change of what is not there', async () => {
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

  it('answers with an error when it cannot write its file, changes nothing, and goes on', async () => {
    const file = join(await temporaryFolder(), 'schedules.json');
    await start(file);
    await create('cron(0 3 * * ? *)');
    await mkdir(`${file}.draft`);

    await expect(client.send(new UpdateScheduleCommand(input('rate(1 day)')))).rejects.toThrow(
      InternalServerException,
    );
    await expect(
      client.send(new DeleteScheduleCommand({ Name: 'nightly', GroupName: GROUP })),
    ).rejects.toThrow(InternalServerException);
    expect((await get()).ScheduleExpression).toBe('cron(0 3 * * ? *)');
    expect(logged[0]).toBe(`scheduler: cannot write ${file}: EISDIR\n`);

    await rmdir(`${file}.draft`);
    await client.send(new UpdateScheduleCommand(input('rate(1 day)')));
    expect((await get()).ScheduleExpression).toBe('rate(1 day)');
  });

  it('goes on when it cannot write its file after a schedule has ended', async () => {
    const file = join(await temporaryFolder(), 'schedules.json');
    await start(file);
    await create(`at(${soon(2_000)})`);
    await mkdir(`${file}.draft`);

    await vi.waitFor(() => expect(woken).toHaveLength(1), { timeout: 10_000 });
    await vi.waitFor(() => expect(get()).rejects.toThrow(ResourceNotFoundException), { timeout: 10_000 });
    expect(logged).toEqual([`scheduler: cannot write ${file}: EISDIR\n`]);
  });

  it('does not begin with a file that it cannot read', async () => {
    const file = join(await temporaryFolder(), 'schedules.json');
    await writeFile(file, '[{');

    await expect(start(file)).rejects.toThrow(`cannot read ${file}`);
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
