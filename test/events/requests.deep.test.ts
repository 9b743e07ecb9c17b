import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventOf } from '../../infra/local/busEvent.ts';
import type { Service } from '../../infra/local/service.ts';
import { startRecordedService } from '../rights/recorder.ts';
import { announced, call, events, request, takeMessage, until } from './eventService.ts';

const MOVER = `
  path "sys/remount" { capabilities = ["update", "sudo"] }
  path "sys/remount/bulk" { capabilities = ["update", "sudo"] }
  path "sys/policies/acl/readers" { capabilities = ["update"] }
`;

describe('an event that asks for a remount', () => {
  let service: Service;
  const logged: string[] = [];
  beforeAll(async () => {
    service = await startRecordedService('requests', {
      eventPolicies: ['event-mover'],
      retryPausesSeconds: [1, 1],
      log: (text) => logged.push(text),
    });
    await call(service, 'POST', 'sys/namespaces/open');
    await call(service, 'PUT', 'sys/policies/acl/event-mover', { policy: MOVER }, 'open/');
    await call(service, 'POST', 'sys/namespaces/shut');
  });
  afterAll(() => service?.stop());

  const enable = (path: string, namespace: string) =>
    call(service, 'POST', `sys/mounts/${path}`, { type: 'kv' }, namespace);
  const acceptedFrom = async (mount: string) =>
    (await events(service)).filter(
      ({ detail, ...event }) =>
        event['detail-type'] === 'Remount Accepted' && detail.source_mount === `${mount}/`,
    );

  it('moves the mount, if the policy of its namespace allows it', async () => {
    await enable('a', 'open/');

    await request(service, { from: 'a', to: 'b', namespace: 'open', reason: 'the pipeline says so' });

    const [accepted] = await until(async () => {
      const found = await acceptedFrom('open/a');
      return found.length > 0 ? found : undefined;
    });
    const received = await announced(service, accepted?.detail.migration_id, 3);
    expect(received.at(-1)?.detail).toMatchObject({ target_mount: 'open/b/', status: 'success' });
    expect(logged.join('')).toContain('requested by an event');
  });

  it('takes the policies along that its own policy allows it to write', async () => {
    await enable('read', 'open/');
    const policy = 'path "read/*" { capabilities = ["read"] }';
    await call(service, 'PUT', 'sys/policies/acl/readers', { policy }, 'open/');

    await request(service, { from: 'read', to: 'seen', namespace: 'open', policies: 'follow' });

    const moved = await until(async () => {
      const { body } = await call(service, 'GET', 'sys/policies/acl/readers', undefined, 'open/');
      return body.data.version > 1 ? body.data : undefined;
    });
    expect(moved.policy).toBe('path "seen/*" { capabilities = ["read"] }');
  });

  it('moves it once, even if the event is delivered twice', async () => {
    await enable('twice', 'open/');
    const event = eventOf('remount.request', 'Remount Requested', {
      from: 'twice',
      to: 'once',
      namespace: 'open',
    });

    const ids = [
      await service.invoke('remountRequested', event),
      await service.invoke('remountRequested', event),
    ];
    await call(service, 'POST', 'sys/remount', { from: 'once', to: 'twice' }, 'open/');
    ids.push(await service.invoke('remountRequested', event));

    const [{ migration_id } = {}] = ids as { migration_id?: string }[];
    expect(ids).toEqual([{ migration_id }, { migration_id }, { migration_id }]);
    await announced(service, migration_id ?? '', 3);
    expect(await acceptedFrom('open/twice')).toHaveLength(1);
  });

  it('moves many mounts, and the end of the run is announced', async () => {
    for (const mount of ['old/x', 'old/y']) await enable(mount, 'open/');

    await request(service, { rules: [{ from: 'old/*', to: 'new/*' }], namespace: 'open', reason: 'in bulk' });

    const finished = await until(async () => {
      const received = await events(service);
      return received.find((event) => event['detail-type'] === 'Bulk Finished');
    });
    const { bulk_id } = finished.detail;
    expect(finished.detail).toMatchObject({
      id: `${bulk_id}/finished`,
      namespace: 'open/',
      total: 2,
      status: 'success',
      reason: 'in bulk',
      requested_by: { display_name: 'event' },
    });
    const succeeded = await until(async () => {
      const found = (await events(service)).filter(
        ({ detail, ...event }) => detail.bulk_id === bulk_id && event['detail-type'] === 'Remount Succeeded',
      );
      return found.length === 2 ? found : undefined;
    });
    const targets = succeeded.map(({ detail }) => detail.target_mount).sort();
    expect(targets).toEqual(['open/new/x/', 'open/new/y/']);
  });

  it('moves many mounts once, even if the event is delivered twice', async () => {
    await enable('dawn/x', 'open/');
    const rules = [{ from: 'dawn/*', to: 'dusk/*' }];
    const event = eventOf('remount.request', 'Remount Requested', { rules, namespace: 'open' });

    const first = await service.invoke('remountRequested', event);
    const second = await service.invoke('remountRequested', event);

    expect(first).toEqual({ bulk_id: expect.any(String) });
    expect(second).toEqual(first);
  });

  it('goes to the queue if no policy of that name allows it, and changes nothing', async () => {
    await enable('kept', 'shut/');

    const id = await request(service, { from: 'kept', to: 'stolen', namespace: 'shut' });

    const letter = await takeMessage(service, 'refused');
    expect(letter).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
      requestPayload: { id, detail: { from: 'kept', to: 'stolen', namespace: 'shut' } },
      responsePayload: { errorType: 'VaultError', errorMessage: 'permission denied' },
    });
    expect(await acceptedFrom('shut/kept')).toEqual([]);
    const mounts = await call(service, 'GET', 'sys/mounts', undefined, 'shut/');
    expect(Object.keys(mounts.body.data)).toContain('kept/');
  });

  it('goes to the queue with the reason if it cannot be read', async () => {
    const id = await request(service, { form: 'a', to: 'b', namespace: 'open' });

    const letter = await takeMessage(service, 'refused');
    expect(letter.requestPayload.id).toBe(id);
    expect(letter.responsePayload.errorMessage).toBe('unknown field "form" in the detail of a request');
  });

  it('for a mount that does not exist is refused', async () => {
    const detail = { from: 'nowhere', to: 'moved', namespace: 'open' };
    const event = eventOf('remount.request', 'Remount Requested', detail);

    await expect(service.invoke('remountRequested', event)).rejects.toThrow(
      'no matching mount at "nowhere/"',
    );

    expect(await acceptedFrom('open/nowhere')).toEqual([]);
  });

  it('that comes before its mount exists is retried until the mount is there', async () => {
    await request(service, { from: 'late', to: 'moved', namespace: 'open' });
    await enable('late', 'open/');

    const found = await until(async () => {
      const accepted = await acceptedFrom('open/late');
      return accepted.length > 0 ? accepted : undefined;
    });
    expect(found).toHaveLength(1);
  });

  it('must have the source of a request: other events start nothing', async () => {
    await enable('other', 'open/');

    await request(service, { from: 'other', to: 'gone', namespace: 'open' }, 'somebody.else');
    await request(service, { from: 'other', to: 'taken', namespace: 'open' });

    const found = await until(async () => {
      const accepted = await acceptedFrom('open/other');
      return accepted.length > 0 ? accepted : undefined;
    });
    expect(found.map(({ detail }) => detail.target_mount)).toEqual(['open/taken/']);
  });
});
