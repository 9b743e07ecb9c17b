import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startStreamReader } from '../../infra/local/streamReader.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { temporaryFolder } from './support.ts';

let deps: TestDeps;
let client: DynamoDBStreamsClient;
beforeAll(async () => {
  deps = await testDeps({ streams: true });
  const { endpoint, credentials } = deps.client.config;
  const at = await endpoint?.();
  client = new DynamoDBStreamsClient({
    endpoint: `http://${at?.hostname}:${at?.port}`,
    region: 'us-east-1',
    credentials,
  });
});
afterAll(async () => {
  client.destroy();
  await deps.stop();
});

describe('the local reader of a stream', () => {
  /** The keys that the function got, and those that it took. */
  let brought: string[];
  let taken: string[];
  let logged: string[];
  /** Results of the next invocations, instead of taking everything. */
  let answers: ((sequences: string[]) => unknown)[];
  beforeEach(() => {
    brought = [];
    taken = [];
    answers = [];
    logged = [];
  });

  const read = (kind: string, placeFile?: string) => {
    const filter = { dynamodb: { NewImage: { kind: { S: [kind] } } } };
    const mapping = { table: 'migrations', functionName: 'follow', filters: [filter], batchSize: 100 };
    const reader = startStreamReader({
      client,
      mapping,
      invoke,
      placeFile,
      log: (text) => logged.push(text),
    });
    onTestFinished(reader.stop);
    return reader;
  };
  const invoke = async (_: string, event: unknown) => {
    const records = (event as DynamoDBStreamEvent).Records.map(({ dynamodb }) => dynamodb);
    const keys = records.map((record) => record?.Keys?.pk?.S ?? '');
    brought.push(...keys);
    const sequences = records.map((record) => record?.SequenceNumber ?? '');
    const answer = answers.shift()?.(sequences) as
      | { batchItemFailures: { itemIdentifier: string }[] }
      | undefined;
    const [missed] = answer?.batchItemFailures ?? [];
    const end = missed ? sequences.indexOf(missed.itemIdentifier) : keys.length;
    taken.push(...keys.slice(0, end));
    return answer ?? { batchItemFailures: [] };
  };
  const write = (kind: string, ...keys: string[]) =>
    deps.store.commit(keys.map((pk) => ({ put: { table: 'migrations', pk, sk: '.', kind } })));

  it('delivers matching writes in order, including those before its start', async () => {
    await write('x', 'x-1', 'x-2');
    await write('other', 'x-other');
    read('x');

    await write('x', 'x-3');

    await vi.waitFor(() => expect(taken).toEqual(['x-1', 'x-2', 'x-3']), { timeout: 10_000 });
  });

  it('delivers again what the function did not take, before all later writes', async () => {
    answers.push(
      ([, second = '']) => ({ batchItemFailures: [{ itemIdentifier: second }] }),
      () => {
        throw new Error('the bus is away');
      },
    );
    await write('y', 'y-1', 'y-2', 'y-3');

    read('y');

    await vi.waitFor(() => expect(taken).toEqual(['y-1', 'y-2', 'y-3']), { timeout: 15_000 });
    expect(brought).toEqual(['y-1', 'y-2', 'y-3', 'y-2', 'y-3', 'y-2', 'y-3']);
  });

  it('goes on when it cannot keep its position, and says so', async () => {
    const placeFile = join(await temporaryFolder(), 'place.json');
    await mkdir(`${placeFile}.draft`);
    await write('w', 'w-1');
    read('w', placeFile);
    await vi.waitFor(() => expect(taken).toEqual(['w-1']), { timeout: 10_000 });

    await write('w', 'w-2');

    await vi.waitFor(() => expect(taken).toEqual(['w-1', 'w-2']), { timeout: 10_000 });
    expect(brought).toEqual(taken);
    expect(logged[0]).toBe(`stream of migrations: cannot write ${placeFile}: EISDIR\n`);
  });

  it('continues at the position of an earlier reader of the same folder', async () => {
    const placeFile = join(await temporaryFolder(), 'place.json');
    await write('z', 'z-1');
    const first = read('z', placeFile);
    await vi.waitFor(() => expect(taken).toEqual(['z-1']), { timeout: 10_000 });
    await first.stop();
    await write('z', 'z-2');

    read('z', placeFile);

    await vi.waitFor(() => expect(taken).toEqual(['z-1', 'z-2']), { timeout: 10_000 });
    expect(brought).toEqual(['z-1', 'z-2']);
  });
});
