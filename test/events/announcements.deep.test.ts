import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import type { DynamoDBStreamEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { publish } from '../../functions/events/publish.ts';
import { changeOf } from '../../functions/lambda/streamRecords.ts';
import type { Bus } from '../../functions/ports/bus.ts';
import type { Log } from '../../functions/ports/deps.ts';
import { startDynamoDB } from '../../infra/local/dynamodb.ts';
import { readEvents, type StreamMapping } from '../../infra/local/events.ts';
import type { Service } from '../../infra/local/service.ts';
import { startStreamReader } from '../../infra/local/streamReader.ts';
import { startRecordedService } from '../rights/recorder.ts';
import { announced, call, events, type Running, until } from './eventService.ts';

describe('a migration', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startRecordedService('announcements', { rootToken: 'the-root-token' });
  });
  afterAll(() => service?.stop());

  it('is announced step by step, with its requester and paths', async () => {
    await call(service, 'POST', 'sys/mounts/a', { type: 'kv' });

    const { body } = await call(service, 'POST', 'sys/remount', { from: 'a', to: 'b', reason: 'tidying' });

    const id = body.data.migration_id;
    const received = await announced(service, id, 3);
    expect(received.map((event) => event['detail-type'])).toEqual([
      'Remount Accepted',
      'Remount Switched',
      'Remount Succeeded',
    ]);
    expect(received.map(({ source }) => source)).toEqual(['remount', 'remount', 'remount']);
    expect(received.map(({ detail }) => detail.id)).toEqual([
      `${id}/accepted`,
      `${id}/switched`,
      `${id}/succeeded`,
    ]);
    expect(received[0]?.detail).toMatchObject({
      migration_id: id,
      namespace: '',
      source_mount: 'a/',
      target_mount: 'b/',
      status: 'in-progress',
    });
    expect(received[2]?.detail).toMatchObject({ status: 'success' });
  });

  it('of a mount that issued credentials is announced in the same order, without the credentials', async () => {
    await call(service, 'POST', 'sys/auth/people', { type: 'userpass' });
    await call(service, 'POST', 'auth/people/users/ann', { password: 'correct-horse' });
    const login = await call(service, 'POST', 'auth/people/login/ann', { password: 'correct-horse' });

    const { body } = await call(service, 'POST', 'sys/remount', { from: 'auth/people', to: 'auth/staff' });

    const received = await announced(service, body.data.migration_id, 3);
    expect(received.map(({ detail }) => detail.status)).toEqual(['in-progress', 'in-progress', 'success']);
    const text = JSON.stringify(await events(service));
    for (const secret of [login.body.auth.client_token, service.rootToken, 'correct-horse'])
      expect(text).not.toContain(secret);
  });

  it('that fails is announced with the reason', async () => {
    await call(service, 'POST', 'sys/mounts/one', { type: 'kv' });
    await call(service, 'POST', 'sys/mounts/two', { type: 'kv' });

    const both = await Promise.all([
      call(service, 'POST', 'sys/remount', { from: 'one', to: 'there' }),
      call(service, 'POST', 'sys/remount', { from: 'two', to: 'there' }),
    ]);

    const ids = both.map(({ body }) => body.data?.migration_id).filter(Boolean);
    const ends = await until(async () => {
      const found = (await events(service)).filter(
        ({ detail, ...event }) =>
          ids.includes(detail.migration_id) && /Succeeded|Failed/.test(event['detail-type']),
      );
      return found.length === ids.length ? found : undefined;
    });
    const failed = ends.filter((event) => event['detail-type'] === 'Remount Failed');
    for (const { detail } of failed) expect(detail.error.code).toBe('target_in_use');
    expect(failed.length).toBe(ids.length - 1);
  });
});

describe('a service that dies between the table and the bus', () => {
  let folder: string;
  let child: ChildProcess;
  const ids: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remount-data-'));
    child = spawn(process.execPath, [join(import.meta.dirname, 'serviceProcess.ts'), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const died = once(child, 'exit');
    const service = await firstLine(child);
    for (let i = 0; i < 5; i++) {
      await call(service, 'POST', `sys/mounts/from-${i}`, { type: 'kv' });
      const { body } = await call(service, 'POST', 'sys/remount', { from: `from-${i}`, to: `to-${i}` });
      ids.push(body.data.migration_id);
    }
    child.kill('SIGKILL');
    await died;
  });
  afterAll(async () => {
    child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  it('loses no announcement: the next process makes it, and repeats earlier ones at most once', async () => {
    const received = await announcedIn(folder);

    const stop = await continueStream(folder, (id) => received.push(id));
    onTestFinished(stop);

    const acceptances = ids.map((id) => `${id}/accepted`);
    await vi.waitFor(() => expect(received).toEqual(expect.arrayContaining(acceptances)), {
      timeout: 15_000,
    });
    for (const id of acceptances) expect(received.filter((one) => one === id).length).toBeLessThanOrEqual(2);
  });
});

async function firstLine({ stdout }: ChildProcess): Promise<Running> {
  for await (const line of createInterface(stdout as Readable)) return JSON.parse(line) as Running;
  throw new Error('the service did not start');
}

/** The ids of all announcements that the service of a folder put on its bus. */
async function announcedIn(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'events.jsonl'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { detail: { id: string } }).detail.id);
}

/** Continues where the dead service stopped: with its tables, its position in the stream, and the same function. */
async function continueStream(folder: string, receive: (id: string) => void): Promise<() => Promise<void>> {
  const dynamodb = await startDynamoDB({ dataDir: folder });
  const client = new DynamoDBStreamsClient({
    endpoint: dynamodb.endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
  });
  const bus: Bus = {
    async put(announcements) {
      for (const { detail } of announcements) receive(detail.id);
      return announcements.map(() => true);
    },
  };
  const invoke = async (_: string, event: unknown) => {
    const missed = await publish(bus, NO_LOG, (event as DynamoDBStreamEvent).Records.map(changeOf));
    return { batchItemFailures: missed === undefined ? [] : [{ itemIdentifier: missed }] };
  };
  const [mapping] = (await readEvents()).mappings;
  const placeFile = join(folder, 'stream-place.json');
  const reader = startStreamReader({ client, mapping: mapping as StreamMapping, invoke, placeFile });
  return async () => {
    await reader.stop();
    client.destroy();
    await dynamodb.stop();
  };
}

const NO_LOG: Log = { info() {}, warn() {}, error() {} };
