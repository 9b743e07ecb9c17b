import { EventBridgeClient, ListRulesCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BusEvent } from '../../infra/local/busEvent.ts';
import { BUS, startEventBridge } from '../../infra/local/eventBridge.ts';
import type { LocalServer } from '../../infra/local/localServer.ts';
import { CREDENTIALS, temporaryFolder } from './support.ts';

describe('the local event bus', () => {
  let bus: LocalServer;
  let client: EventBridgeClient;
  let woken: [string, BusEvent][];
  beforeAll(async () => {
    const pattern = { source: ['shop'], detail: { state: ['paid', 'sent'], buyer: { vip: [true] } } };
    bus = await startEventBridge({
      credentials: CREDENTIALS,
      rules: [{ pattern, functionNames: ['ship'] }],
      wake: (name, event) => void woken.push([name, event]),
    });
    client = new EventBridgeClient({
      endpoint: bus.endpoint,
      region: 'us-east-1',
      credentials: CREDENTIALS,
    });
  });
  beforeEach(() => {
    woken = [];
  });
  afterAll(() => {
    client.destroy();
    bus.stop();
  });

  const put = (detail: unknown, more: object = {}) => {
    const Detail = typeof detail === 'string' ? detail : JSON.stringify(detail);
    const entry = { EventBusName: BUS, Source: 'shop', DetailType: 'Order', Detail, ...more };
    return client.send(new PutEventsCommand({ Entries: [entry] }));
  };

  it('invokes the function of a matching rule, with the event in its envelope', async () => {
    const Time = new Date('2026-02-03T04:05:06Z');

    const { Entries, FailedEntryCount } = await put({ state: 'sent', buyer: { vip: true } }, { Time });

    expect(FailedEntryCount).toBe(0);
    expect(woken).toEqual([
      [
        'ship',
        {
          version: '0',
          id: Entries?.[0]?.EventId,
          'detail-type': 'Order',
          source: 'shop',
          account: '000000000000',
          time: '2026-02-03T04:05:06Z',
          region: 'us-east-1',
          resources: [],
          detail: { state: 'sent', buyer: { vip: true } },
        },
      ],
    ]);
  });

  it.each([
    ['another value', { state: 'new', buyer: { vip: true } }, {}],
    ['a value that is missing', { state: 'sent' }, {}],
    ['another source', { state: 'sent', buyer: { vip: true } }, { Source: 'bank' }],
  ])('takes an event with %s, and invokes no function', async (_, detail, more) => {
    expect((await put(detail, more)).Entries?.[0]?.EventId).toBeDefined();
    expect(woken).toEqual([]);
  });

  it.each([
    ['a detail that is no object', '"paid"', {}, 'MalformedDetail'],
    ['no source', {}, { Source: '' }, 'InvalidArgument'],
    ['the source of a service of AWS', {}, { Source: 'aws.s3' }, 'NotAuthorizedForSourceException'],
    ['another bus', {}, { EventBusName: 'other' }, 'NotFound'],
  ])('refuses %s, entry by entry', async (_, detail, more, code) => {
    const answer = await put(detail, more);

    expect(answer).toMatchObject({ FailedEntryCount: 1, Entries: [{ ErrorCode: code }] });
  });

  it('does not take an event that it cannot keep, says so, and invokes no function', async () => {
    const logged: string[] = [];
    const logFile = await temporaryFolder();
    const full = await startEventBridge({
      credentials: CREDENTIALS,
      rules: [{ pattern: { source: ['shop'] }, functionNames: ['ship'] }],
      wake: (name, event) => void woken.push([name, event]),
      logFile,
      log: (text) => logged.push(text),
    });
    const to = new EventBridgeClient({
      endpoint: full.endpoint,
      region: 'us-east-1',
      credentials: CREDENTIALS,
    });
    const entry = { EventBusName: BUS, Source: 'shop', DetailType: 'Order', Detail: '{}' };

    const answer = await to.send(new PutEventsCommand({ Entries: [entry] })).finally(() => to.destroy());
    full.stop();

    expect(answer).toMatchObject({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalException' }] });
    expect(logged).toEqual([`event bus: cannot write ${logFile}: EISDIR\n`]);
    expect(woken).toEqual([]);
  });

  it('refuses more than ten events in one call, and unknown operations', async () => {
    const entry = { EventBusName: BUS, Source: 'shop', DetailType: 'Order', Detail: '{}' };

    const eleven = client.send(new PutEventsCommand({ Entries: Array(11).fill(entry) }));

    await expect(eleven).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(client.send(new ListRulesCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
    });
  });
});
