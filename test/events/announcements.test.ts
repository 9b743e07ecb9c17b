import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../../infra/local/service.ts';
import { announced, call, events, type Running, until } from './eventService.ts';

describe('a migration', () => {
  let service: Service;
  beforeAll(async () => {
    service = await startService({ rootToken: 'the-root-token' });
  });
  afterAll(() => service?.stop());

  it('is announced step by step, with who and what', async () => {
    await call(service, 'POST', 'sys/mounts/a', { type: 'kv' });

    const { body } = await call(service, 'POST', 'sys/remount', { from: 'a', to: 'b', reason: 'tidying' });

    const id = body.data.migration_id;
    const told = await announced(service, id, 3);
    expect(told.map((event) => event['detail-type'])).toEqual([
      'Remount Accepted',
      'Remount Switched',
      'Remount Succeeded',
    ]);
    expect(told.map(({ source }) => source)).toEqual(['remount', 'remount', 'remount']);
    expect(told.map(({ detail }) => detail.id)).toEqual([
      `${id}/accepted`,
      `${id}/switched`,
      `${id}/succeeded`,
    ]);
    expect(told[0]?.detail).toMatchObject({
      migration_id: id,
      namespace: '',
      source_mount: 'a/',
      target_mount: 'b/',
      status: 'in-progress',
    });
    expect(told[2]?.detail).toMatchObject({ status: 'success' });
  });

  it('that issued credentials succeeds after the switch, and is announced so, without any of them', async () => {
    await call(service, 'POST', 'sys/auth/people', { type: 'userpass' });
    await call(service, 'POST', 'auth/people/users/ann', { password: 'correct-horse' });
    const login = await call(service, 'POST', 'auth/people/login/ann', { password: 'correct-horse' });

    const { body } = await call(service, 'POST', 'sys/remount', { from: 'auth/people', to: 'auth/staff' });

    const told = await announced(service, body.data.migration_id, 3);
    expect(told.map(({ detail }) => detail.status)).toEqual(['in-progress', 'in-progress', 'success']);
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
  let second: Process | undefined;
  const ids: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'remount-data-'));
    const first = await startProcess(folder);
    for (let i = 0; i < 5; i++) {
      await call(first.service, 'POST', `sys/mounts/from-${i}`, { type: 'kv' });
      const { body } = await call(first.service, 'POST', 'sys/remount', { from: `from-${i}`, to: `to-${i}` });
      ids.push(body.data.migration_id);
    }
    await first.kill();
  });
  afterAll(async () => {
    await second?.kill();
    await rm(folder, { recursive: true, force: true });
  });

  it('announces when it is back, and what it had announced comes at most once more', async () => {
    second = await startProcess(folder);

    const acceptances = ids.map((id) => `${id}/accepted`);
    const told = await until(async () => {
      const all = await toldIn(folder);
      return acceptances.every((id) => all.includes(id)) ? all : undefined;
    });
    for (const id of acceptances) expect(told.filter((one) => one === id).length).toBeLessThanOrEqual(2);
  });
});

/** The ids of all that the bus of this folder was ever told. */
async function toldIn(folder: string): Promise<string[]> {
  const text = await readFile(join(folder, 'events.jsonl'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => (JSON.parse(line) as { detail: { id: string } }).detail.id);
}

interface Process {
  service: Running;
  kill(): Promise<void>;
}

async function startProcess(folder: string): Promise<Process> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'serviceProcess.ts'), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  for await (const line of createInterface(child.stdout)) return { service: JSON.parse(line), kill };
  throw new Error('the service did not start');
}
