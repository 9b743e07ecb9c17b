/** The dependencies of the domain for tests: the real store on the embedded emulator, and a clock that can be advanced. */

import { randomBytes, randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamodbClient } from '../../functions/adapters/dynamodbClient.ts';
import { dynamodbStore } from '../../functions/adapters/dynamodbStore.ts';
import { randomIds } from '../../functions/adapters/randomIds.ts';
import type { Clock, Deps, Log, Machine } from '../../functions/ports/deps.ts';
import type { Timetable } from '../../functions/ports/scheduler.ts';
import { startDynamoDB } from '../../infra/local/dynamodb.ts';
import { createTables, readTables } from '../../infra/local/tables.ts';

interface TestClock extends Clock {
  /** Lets time pass, in milliseconds. */
  pass(ms: number): void;
}

/** A workflow that was started, which the test can check or run. */
interface Started {
  machine: Machine;
  name: string;
  id: string;
}

export interface TestDeps extends Deps {
  clock: TestClock;
  started: Started[];
  /** The timetables in the scheduler, by the id of the schedule. */
  timetables: Map<string, Timetable>;
  /** Every log line as it would be printed. */
  logged: string[];
  client: DynamoDBClient;
  stop(): Promise<void>;
}

/** Starts a proxy between the service and the emulator. */
export type Between = (dynamodbEndpoint: string) => Promise<{ endpoint: string; stop(): Promise<void> }>;

export interface TestOptions {
  between?: Between | undefined;
  /** Whether tables have streams, as deployed. Each write to one takes the emulator longer than the last. */
  streams?: boolean;
}

/**
 * Starts a new emulator in memory; call `stop` in `afterAll`. `DYNAMODB_ENDPOINT` names a running one instead, which
 * keeps separate data for different credentials.
 */
export async function testDeps({ between, streams = false }: TestOptions = {}): Promise<TestDeps> {
  const emulator = await startDynamoDB({ endpoint: process.env.DYNAMODB_ENDPOINT });
  const way = await between?.(emulator.endpoint);
  const credentials = { accessKeyId: randomBytes(8).toString('hex'), secretAccessKey: randomUUID() };
  const region = 'us-east-1';
  const deployed = await readTables();
  const tables = streams ? deployed : deployed.map((table) => ({ ...table, stream: undefined }));
  await createTables(tables, {
    AWS_REGION: region,
    AWS_ENDPOINT_URL_DYNAMODB: emulator.endpoint,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  });
  const endpoint = way?.endpoint ?? emulator.endpoint;
  const client = dynamodbClient({ endpoint, region, credentials }, 'remount');
  const clock = testClock();
  const started: Started[] = [];
  const logged: string[] = [];
  const timetables = new Map<string, Timetable>();
  return {
    store: dynamodbStore(client, (table) => table, clock),
    clock,
    ids: randomIds,
    workflows: {
      async start(machine, name, { id }) {
        started.push({ machine, name, id });
      },
    },
    scheduler: {
      async put(id, timetable) {
        timetables.set(id, timetable);
      },
      async remove(id) {
        timetables.delete(id);
      },
    },
    log: recorder(logged),
    // The life of a request is as deployed: a shorter deadline would end slow requests on a busy machine. No start waits
    // for a switch, because a test runs the workflow after it.
    settings: { requestLifeMs: 29_000, minChosenIdLength: 8, retentionS: 90 * 86_400, holdStartMs: 0 },
    started,
    timetables,
    logged,
    client,
    async stop() {
      client.destroy();
      await way?.stop();
      await emulator.stop();
    },
  };
}

function testClock(): TestClock {
  let passed = 0;
  return {
    now: () => Date.now() + passed,
    sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    pass(ms) {
      passed += ms;
    },
  };
}

function recorder(lines: string[]): Log {
  const write = (message: string, facts: Record<string, unknown> = {}): void => {
    lines.push(JSON.stringify({ message, ...facts }));
  };
  return { info: write, warn: write, error: write };
}
