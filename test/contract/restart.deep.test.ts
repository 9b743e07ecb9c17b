/** What a killed and restarted service still has: moved mounts, their content, and the status of their moves. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { PASSWORD } from './credentials.ts';
import { must, unique } from './fresh.ts';
import { type Answer, call, type Sent } from './http.ts';
import { move } from './moving.ts';
import { type OwnService, startOwnService } from './ownService.ts';
import { NOT_AUTHENTICATED, noRoute } from './texts.ts';

const { isOwn } = inject('target');

describe('after the service was killed and started again', () => {
  const token = unique('root');
  let folder: string;
  let service: OwnService | undefined;
  let at: Pick<Sent, 'address' | 'token'>;
  let ids: Record<'engine' | 'method' | 'between', string>;
  let oldToken: string;

  const ask = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    call(method, path, { ...at, ...sent });
  const prepare = (method: string, path: string, sent: Sent = {}): Promise<Answer> =>
    must(method, path, { ...at, ...sent });
  const login = (auth: string): Promise<Answer> =>
    ask('POST', `${auth}/login/bob`, { token: '', body: { password: PASSWORD } });

  // A server that the suite has not started itself must not be killed.
  beforeEach(({ skip }) => skip(!isOwn, 'needs a service that the suite has started itself'));
  beforeAll(async () => {
    if (!isOwn) return;
    folder = await mkdtemp(join(tmpdir(), 'remount-contract-'));
    service = startOwnService(folder, token);
    at = await service.ready;

    await prepare('POST', 'sys/mounts/old', { body: { type: 'kv', options: { version: '1' } } });
    await prepare('POST', 'old/k', { body: { a: 1 } });
    await prepare('POST', 'sys/auth/old', { body: { type: 'userpass' } });
    await prepare('POST', 'auth/old/users/bob', { body: { password: PASSWORD } });
    oldToken = (await login('auth/old')).body.auth.client_token;
    for (const name of ['one', 'two']) await prepare('POST', `sys/namespaces/${name}`, { body: {} });
    await prepare('POST', 'one/sys/mounts/kv', { body: { type: 'kv', options: { version: '2' } } });
    await prepare('POST', 'one/kv/data/k', { body: { data: { b: 2 } } });

    ids = {
      engine: await move('old', 'new', at),
      method: await move('auth/old', 'auth/new', at),
      between: await move('one/kv', 'two/deep/kv', at),
    };
    await service.kill();
    service = startOwnService(folder, token);
    at = await service.ready;
  }, 120_000);
  afterAll(async () => {
    await service?.kill();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it('a moved engine is at its new path, with its content, and not at the old one [27]', async () => {
    expect((await prepare('GET', 'new/k')).body.data).toEqual({ a: 1 });
    expect(await ask('GET', 'old/k')).toMatchObject(noRoute('old/k'));
    const { data } = (await prepare('GET', 'sys/mounts')).body;
    expect(data).toHaveProperty(['new/']);
    expect(data).not.toHaveProperty(['old/']);
  });

  it('an engine is in the namespace it was moved to [32]', async () => {
    expect((await prepare('GET', 'two/deep/kv/data/k')).body.data.data).toEqual({ b: 2 });
    expect(await ask('GET', 'one/kv/data/k')).toMatchObject(noRoute('kv/data/k'));
  });

  it('a moved auth method accepts logins at its new path, and its old tokens are revoked [37]', async () => {
    expect(await login('auth/new')).toMatchObject({ status: 200 });
    const old = await ask('POST', 'auth/old/login/bob', { body: {} });
    expect(old).toMatchObject(noRoute('auth/old/login/bob'));
    expect(await ask('GET', 'auth/token/lookup-self', { token: oldToken })).toMatchObject(NOT_AUTHENTICATED);
  });

  it('the status of a move is the same as before', async () => {
    for (const [id, source_mount, target_mount] of [
      [ids.engine, 'old/', 'new/'],
      [ids.method, 'auth/old/', 'auth/new/'],
      [ids.between, 'one/kv/', 'two/deep/kv/'],
    ] as const) {
      const { body } = await prepare('GET', `sys/remount/status/${id}`);
      expect(body.data.migration_info).toMatchObject({ source_mount, target_mount, status: 'success' });
    }
  });

  it('a mount that was moved can be moved again', async () => {
    await move('new', 'newer', at);
    expect((await prepare('GET', 'newer/k')).body.data).toEqual({ a: 1 });
  });
});
