/** The flows of Vault's clients, with exactly the requests that they send (contract §11). */

import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { authMethod, kv1, kv2, must, policyOf, tokenWith, unique } from './fresh.ts';
import { type Answer, call, rawCall } from './http.ts';
import { improved, refused } from './texts.ts';

/** What the Go client adds to every request. */
const GO = { headers: { 'X-Vault-Request': 'true', 'User-Agent': 'Go-http-client/1.1' } };

interface Waited {
  polls: number;
  status: string;
}

/** `Sys().Remount(from, to)`: start, read the status at once, then after every pause until it is final. */
async function remount(from: string, to: string, token: string, pauseMs: number): Promise<Waited> {
  const started = await call('POST', 'sys/remount', { ...GO, token, body: { from, to } });
  if (started.status >= 400) throw new Error(goError(started));
  const id: unknown = started.body.data.migration_id;
  expect(id).toBeTypeOf('string');
  for (let polls = 1; ; polls++) {
    const answer = await call('GET', `sys/remount/status/${id}`, { ...GO, token });
    if (answer.status >= 400) throw new Error(goError(answer));
    const { migration_id, migration_info } = answer.body.data;
    expect(migration_id).toBe(id);
    expect(migration_info).toMatchObject({
      source_mount: expect.any(String),
      target_mount: expect.any(String),
    });
    if (migration_info.status === 'success' || migration_info.status === 'failure')
      return { polls, status: migration_info.status };
    await delay(pauseMs);
  }
}

function goError({ status, body }: Answer): string {
  return `Code: ${status}. Errors: ${body.errors.map((text: string) => `* ${text}`).join(' ')}`;
}

async function moverToken(): Promise<string> {
  return tokenWith(
    policyOf(['sys/remount', 'update', 'sudo'], ['sys/remount/status/*', 'read'], ['sys/mounts', 'read']),
  );
}

describe('the Go client', () => {
  it('moves an engine and polls every second [2] [20]', async () => {
    const kv = await kv1();
    expect(await remount(kv, unique('moved'), await moverToken(), 1_000)).toMatchObject({
      status: 'success',
    });
  });

  it('gets an error that it can print', async () => {
    const error = remount('not_real/', 'over_here/', await moverToken(), 1_000);
    await expect(error).rejects.toThrow('Code: 400. Errors: * no matching mount at "not_real/"');
  });

  it('lists with GET, and reads the data of a 404', async () => {
    const kv = await kv2();
    await must('POST', `${kv}/data/app`, { ...GO, body: { data: { a: 1 } } });
    expect((await must('GET', `${kv}/metadata?list=true`, GO)).body.data.keys).toEqual(['app']);
    await must('DELETE', `${kv}/data/app`, GO);
    const deleted = await call('GET', `${kv}/data/app`, GO);
    expect(deleted.status).toBe(404);
    expect(deleted.body.data.metadata.version).toBe(1);
  });

  it('follows one redirect to the clean path', async () => {
    const { headers } = await rawCall('GET', '/v1//sys/mounts', GO);
    expect(await rawCall('GET', headers.get('location') ?? '', GO)).toMatchObject({ status: 200 });
  });
});

describe('the command line', () => {
  improved('moves an engine by paths with trailing slashes, and need not wait ten seconds [56]', async () => {
    const kv = await kv1();
    const target = unique('moved');
    const { status, polls } = await remount(`${kv}/`, `${target}/`, await moverToken(), 10_000);
    expect({ status, polls }).toEqual({ status: 'success', polls: 1 });
    expect((await must('GET', 'sys/mounts', GO)).body.data).toHaveProperty([`${target}/`]);
  });

  it('moves an auth method by its full path, but not by its bare name [59]', async () => {
    const auth = await authMethod('userpass');
    const target = unique('moved');
    const bare = auth.slice('auth/'.length);
    await expect(remount(`${bare}/`, `${target}/`, await moverToken(), 10_000)).rejects.toThrow(
      `no matching mount at "${bare}/"`,
    );
    await remount(`${auth}/`, `auth/${target}/`, await moverToken(), 10_000);
    expect((await must('GET', 'sys/auth', GO)).body.data).toHaveProperty([`${target}/`]);
  });

  it.each([
    ['an engine [55]', 'not_real/', 'over_here/'],
    ['an auth method [58]', 'auth/not_real/', 'auth/over_here/'],
  ])('shows why %s that does not exist cannot be moved', async (_, from, to) => {
    await expect(remount(from, to, await moverToken(), 10_000)).rejects.toThrow(
      `Code: 400. Errors: * no matching mount at "${from}"`,
    );
  });

  it('reads the kind of a mount before it works with a secret in it', async () => {
    const kv = await kv2();
    const target = `${unique('moved')}/kv`;
    await remount(kv, target, await moverToken(), 10_000);
    const { data } = (await must('GET', `sys/internal/ui/mounts/${target}/app`, GO)).body;
    expect(data).toMatchObject({ path: `${target}/`, options: { version: '2' } });
    await must('PUT', `${data.path}data/app`, { ...GO, body: { data: { a: 1 }, options: {} } });
    expect((await must('GET', `${data.path}data/app`, GO)).body.data.data).toEqual({ a: 1 });
  });
});

describe('Terraform', () => {
  it('moves a mount, then reads the mount table and tunes the mount', async () => {
    const kv = await kv1();
    const target = unique('moved');
    await remount(kv, target, await moverToken(), 1_000);
    const table = (await must('GET', 'sys/mounts', GO)).body;
    expect(table.data[`${target}/`]).toMatchObject({ type: 'kv' });
    expect(table.data).not.toHaveProperty([`${kv}/`]);
    await must('POST', `sys/mounts/${target}/tune`, { ...GO, body: { description: 'by hand', options: {} } });
    expect((await must('GET', `sys/mounts/${target}/tune`, GO)).body.data.description).toBe('by hand');
  });
});

describe('curl', () => {
  it('moves with the documented sample, and reads the id at the top level of the answer', async () => {
    const kv = await kv1();
    const target = unique('moved');
    const started = await call('POST', 'sys/remount', {
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `{\n  "from": "${kv}",\n  "to": "${target}"\n}\n`,
    });
    const { body } = await call('GET', `sys/remount/status/${started.body.migration_id}`);
    expect(body).toMatchObject({
      migration_id: started.body.migration_id,
      migration_info: { source_mount: `${kv}/`, target_mount: `${target}/` },
    });
  });

  it('gets a clear error when a field is missing', async () => {
    const answer = await call('POST', 'sys/remount', { body: '{"from":"secret"}' });
    expect(answer).toMatchObject(refused("both 'from' and 'to' path must be specified as a string"));
  });
});
