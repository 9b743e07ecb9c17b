/** The local AWS services behind events and schedules: event bus, scheduler, queues, and the stream of migrations. */

import { join } from 'node:path';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { type AsyncInvoke, createAsyncInvoke } from './asyncInvoke.ts';
import { type ClientSettings, clientSettings } from './clientSettings.ts';
import { BUS, startEventBridge } from './eventBridge.ts';
import { readEvents, readQueues, readScheduled } from './events.ts';
import { asyncSettings } from './functions.ts';
import type { Lambda } from './lambda.ts';
import { startQueues } from './queues.ts';
import { GROUP, startScheduler } from './scheduler.ts';
import { startStreamReader } from './streamReader.ts';

export interface AutomationOptions {
  invoke: Lambda['invoke'];
  /** Who may call the services. */
  credentials: ClientSettings['credentials'];
  /** The first of three ports: of the event bus, the queues and the scheduler. 0, the default, for any free ports. */
  firstPort?: number | undefined;
  /** Gets what stops each part, as soon as it has started. */
  stops: (() => void)[];
  /** Keeps the schedules, the position in the stream, and the events of the bus: `events.jsonl`, one line per event. */
  dataDir?: string | undefined;
  eventPolicies?: readonly string[] | undefined;
  retryPausesSeconds?: readonly number[] | undefined;
  /** Receives a line for each write to `dataDir` that fails. */
  log?: ((text: string) => void) | undefined;
}

export interface Automation {
  /** Variables for the SDK: `AWS_ENDPOINT_URL_…`. */
  endpoints: Record<string, string>;
  /** Variables for the functions that are deployed with them. */
  variables: Record<string, string>;
  /** Invokes a function asynchronously, as other AWS services do. */
  invokeLater: AsyncInvoke['invoke'];
  /**
   * Starts to read the streams. The tables must exist.
   * @param environment the SDK's variables: endpoints and credentials
   * @returns stops reading
   */
  readStreams(environment: Record<string, string>): () => Promise<void>;
}

/** @throws StartError if a port is taken */
export async function startAutomation(options: AutomationOptions): Promise<Automation> {
  const { invoke, credentials, firstPort = 0, stops, dataDir, eventPolicies = [], log } = options;
  const [busPort, queuesPort, schedulerPort] = [0, 1, 2].map((place) => firstPort && firstPort + place);
  const [{ rules, mappings }, queueNames, functionNames] = await Promise.all([
    readEvents(),
    readQueues(),
    readScheduled(),
  ]);
  const queues = await startQueues(Object.values(queueNames), credentials, queuesPort);
  stops.push(queues.stop);
  const settings = await asyncSettings(queueNames);
  const later = createAsyncInvoke(invoke, settings, queues.send, options.retryPausesSeconds);
  const wake = later.invoke;
  const logFile = dataDir && join(dataDir, 'events.jsonl');
  const bus = await startEventBridge({ credentials, port: busPort, rules, wake, logFile, log });
  stops.push(bus.stop, later.stop);
  const file = dataDir && join(dataDir, 'schedules.json');
  const scheduler = await startScheduler({
    credentials,
    port: schedulerPort,
    functionNames,
    wake,
    file,
    log,
  });
  stops.push(scheduler.stop);
  return {
    endpoints: {
      AWS_ENDPOINT_URL_EVENTBRIDGE: bus.endpoint,
      AWS_ENDPOINT_URL_SCHEDULER: scheduler.endpoint,
      AWS_ENDPOINT_URL_SQS: queues.endpoint,
    },
    variables: {
      EVENT_BUS: BUS,
      EVENT_POLICIES: eventPolicies.join(',') || 'none',
      SCHEDULE_GROUP: GROUP,
      SCHEDULE_TARGET_ARN: 'arn:aws:lambda:us-east-1:000000000000:function:scheduledRemount',
      SCHEDULE_ROLE_ARN: 'arn:aws:iam::000000000000:role/scheduler',
      SCHEDULE_DEAD_LETTERS_ARN: 'arn:aws:sqs:us-east-1:000000000000:refused',
    },
    invokeLater: later.invoke,
    readStreams(environment) {
      // The emulator serves tables and their streams at the same endpoint.
      const client = new DynamoDBStreamsClient(clientSettings(environment, 'DYNAMODB'));
      const placeFile = dataDir && join(dataDir, 'stream-place.json');
      const readers = mappings.map((mapping) =>
        startStreamReader({ client, mapping, invoke, placeFile, log }),
      );
      return async () => {
        await Promise.all(readers.map((reader) => reader.stop()));
        client.destroy();
      };
    },
  };
}
