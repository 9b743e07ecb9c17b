import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientSettings } from '../../infra/local/clientSettings.ts';
import type { Service } from '../../infra/local/service.ts';
import { call, events, takeMessage, until } from '../events/eventService.ts';
import { startRecordedService } from '../rights/recorder.ts';

/** The local time so many milliseconds ahead, to the second. */
const soon = (ms: number) => new Date(Date.now() + ms).toISOString().slice(0, 19);

describe('a schedule of the whole service', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startRecordedService('schedules', {
      retryPausesSeconds: [0.2, 0.2],
      requestLifeSeconds: 3,
    });
  });
  afterAll(() => service?.stop());

  const make = (name: string, body: object, namespace?: string) =>
    call(service, 'POST', `sys/remount/schedules/${name}`, body, namespace);
  const read = async (name: string, namespace?: string) =>
    (await call(service, 'GET', `sys/remount/schedules/${name}`, undefined, namespace)).body.data;
  const lastRun = (name: string, namespace?: string) =>
    until(async () => {
      const { last_run } = await read(name, namespace);
      return last_run?.bulk_id || last_run?.error ? last_run : undefined;
    });

  it('moves what its rules match at the planned time, once, and announces it', async () => {
    await call(service, 'POST', 'sys/mounts/day/a', { type: 'kv' });
    const time = soon(2_000);

    const made = await make('window', { schedule: `at(${time})`, rules: [{ from: 'day/*', to: 'night/*' }] });

    expect(made.status).toBe(200);
    const { bulk_id, planned_time } = await lastRun('window');
    expect(planned_time).toBe(`${time}.000Z`);
    const finished = await until(async () => {
      const received = await events(service);
      return received.find(({ detail }) => detail.id === `${bulk_id}/finished`);
    });
    expect(finished.detail).toMatchObject({
      status: 'success',
      total: 1,
      requested_by: { display_name: 'schedule-window' },
    });
    const again = await service.invoke('scheduledRemount', { id: 'root-window', planned: `${time}Z` });
    expect(again).toEqual({ bulk_id });
    const later = await service.invoke('scheduledRemount', {
      id: 'root-window',
      planned: `${soon(60_000)}Z`,
    });
    expect(later).toEqual({ nothing: 'to move' });
    expect(Object.keys((await call(service, 'GET', 'sys/mounts')).body.data)).toContain('night/a/');
  });

  it('takes policies along', async () => {
    await call(service, 'POST', 'sys/mounts/dawn/a', { type: 'kv' });
    await call(service, 'PUT', 'sys/policies/acl/readers', { policy: 'path "dawn/a/*" { policy = "read" }' });
    const rules = [{ from: 'dawn/*', to: 'dusk/*' }];

    await make('readers', { schedule: `at(${soon(2_000)})`, rules, move_policies: 'follow' });

    const { bulk_id } = await lastRun('readers');
    const info = await until(async () => {
      const { body } = await call(service, 'GET', `sys/remount/bulk/${bulk_id}`);
      return body.data.bulk_info.status === 'success' ? body.data.bulk_info : undefined;
    });
    expect(info.policies.changed).toEqual([{ namespace: '', policy: 'readers', version: 3 }]);
    const { policy } = (await call(service, 'GET', 'sys/policies/acl/readers')).body.data;
    expect(policy).toBe('path "dusk/a/*" { policy = "read" }');
  });

  it('with times that the scheduler does not understand is refused', async () => {
    const { status, body } = await make('wrong', {
      schedule: 'cron(0 25 * * ? *)',
      rules: [{ from: 'day/*', to: 'night/*' }],
    });

    expect(status).toBe(400);
    expect(body.errors[0]).toContain('Invalid Schedule Expression');
  });

  it('that is no longer allowed to run says so, and its event goes to the queue', async () => {
    await call(service, 'POST', 'sys/namespaces/team');
    const policy = (capability: string) => ({
      policy: `path "sys/remount/*" { capabilities = ["create", "update", "sudo"] }
        path "sys/remount/bulk" { capabilities = [${capability}] }`,
    });
    await call(service, 'PUT', 'sys/policies/acl/mover', policy('"update", "sudo"'), 'team/');
    const { body } = await call(service, 'POST', 'auth/token/create', { policies: ['mover'] }, 'team/');
    const asMover = { ...service, rootToken: body.auth.client_token };
    const order = { schedule: `at(${soon(4_000)})`, rules: [{ from: 'x/*', to: 'y/*' }] };
    const made = await call(asMover, 'POST', 'sys/remount/schedules/denied', order, 'team/');
    expect(made.body.data.policies).toEqual(['default', 'mover']);

    await call(service, 'PUT', 'sys/policies/acl/mover', policy('"deny"'), 'team/');

    expect((await lastRun('denied', 'team/')).error).toContain('permission denied');
    const letter = await takeMessage(service, 'refused');
    expect(letter).toMatchObject({
      requestPayload: { id: expect.stringMatching(/^\w{6}-denied$/) },
      responsePayload: { errorMessage: 'permission denied' },
    });
  });

  it('of a namespace that was deleted does nothing, and is removed at its next time', async () => {
    await call(service, 'POST', 'sys/namespaces/leaving');
    const order = { schedule: 'cron(0 3 * * ? *)', rules: [{ from: 'x/*', to: 'y/*' }] };
    expect((await make('last', order, 'leaving/')).status).toBe(200);
    const { id } = (await call(service, 'GET', 'sys/namespaces/leaving')).body.data;
    await call(service, 'DELETE', 'sys/namespaces/leaving');

    const wake = () => service.invoke('scheduledRemount', { id: `${id}-last`, planned: `${soon(0)}Z` });
    expect((await keptByScheduler(`${id}-last`)).Name).toBe(`${id}-last`);
    expect(await wake()).toEqual({ nothing: 'gone' });

    await expect(keptByScheduler(`${id}-last`)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('that is replaced or removed is replaced or removed at the scheduler, too', async () => {
    const order = { schedule: 'cron(0 3 * * ? *)', rules: [{ from: 'day/*', to: 'night/*' }] };
    await make('nightly', order);
    expect((await keptByScheduler('root-nightly')).Target?.Input).toBe(
      '{"id":"root-nightly","planned":"<aws.scheduler.scheduled-time>"}',
    );

    await make('nightly', { ...order, schedule: 'cron(0 4 * * ? *)' });

    expect((await keptByScheduler('root-nightly')).ScheduleExpression).toBe('cron(0 4 * * ? *)');

    await call(service, 'DELETE', 'sys/remount/schedules/nightly');

    await expect(keptByScheduler('root-nightly')).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  function keptByScheduler(Name: string) {
    const client = new SchedulerClient(clientSettings(service.environment, 'SCHEDULER'));
    const command = new GetScheduleCommand({ Name, GroupName: 'remount' });
    return client.send(command).finally(() => client.destroy());
  }
});
