import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspect } from '../../infra/local/inspect.ts';
import { type Service, startService } from '../../infra/local/service.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

describe('the local service', () => {
  let service: Service;
  let neighbour: Service;
  const logged: string[] = [];
  beforeAll(async () => {
    [service, neighbour] = await Promise.all([
      startService({ rootToken: 'one', log: (text) => logged.push(text) }),
      startService({ rootToken: 'two' }),
    ]);
  });
  afterAll(() => Promise.all([service?.stop(), neighbour?.stop()]));

  const call = (to: Service, method: string, path: string, body?: object) =>
    fetch(`${to.url}/v1/${path}`, {
      method,
      headers: { 'X-Vault-Token': to.rootToken },
      ...(body && { body: JSON.stringify(body) }),
    });
  // biome-ignore lint/suspicious/noExplicitAny: an answer as it comes
  const dataOf = async (answer: Response): Promise<any> => ((await answer.json()) as { data: unknown }).data;

  it('starts with a kv version 2 at secret/', async () => {
    const mounts = await dataOf(await call(service, 'GET', 'sys/mounts'));

    expect(mounts['secret/']).toMatchObject({
      type: 'kv',
      description: 'key/value secret storage',
      options: { version: '2' },
    });
  });

  it('answers nobody before its root token is valid and secret/ is there', async () => {
    const port = await freePort();
    const early = new AbortController();
    const starting = startService({ port, rootToken: 'early' });
    /** The first answer that this port ever gives. */
    const first = async (path: string): Promise<number> => {
      const headers = { 'X-Vault-Token': 'early' };
      for (;;) {
        const answer = await fetch(`http://127.0.0.1:${port}/v1/${path}`, { headers }).catch(() => undefined);
        if (answer) return answer.status;
        await delay(2, undefined, { signal: early.signal });
      }
    };
    try {
      expect(await Promise.all(['sys/mounts', 'secret/config'].map(first))).toEqual([200, 200]);
    } finally {
      early.abort();
      await (await starting).stop();
    }
  });

  it('shares nothing with another one on the same machine', async () => {
    await call(service, 'POST', 'secret/data/mine', { data: { colour: 'blue' } });

    expect((await dataOf(await call(service, 'GET', 'secret/data/mine'))).data).toEqual({ colour: 'blue' });
    expect((await call(neighbour, 'GET', 'secret/data/mine')).status).toBe(404);
    expect((await call({ ...neighbour, rootToken: 'one' }, 'GET', 'sys/mounts')).status).toBe(403);
  });

  it('passes the verb LIST to the function', async () => {
    await call(service, 'POST', 'secret/data/listed', { data: {} });
    const headers = { 'X-Vault-Token': service.rootToken };

    const request = httpRequest(`${service.url}/v1/secret/metadata/`, { method: 'LIST', headers }).end();
    const [answer] = (await once(request, 'response')) as [IncomingMessage];

    expect(await json(answer)).toMatchObject({ data: { keys: expect.arrayContaining(['listed']) } });
  });

  it('moves a mount through its state machine', async () => {
    await call(service, 'POST', 'sys/mounts/before', { type: 'kv', options: { version: '2' } });
    await call(service, 'POST', 'before/data/a', { data: { colour: 'red' } });

    const started = await call(service, 'POST', 'sys/remount', { from: 'before', to: 'after' });

    const { migration_id } = await dataOf(started);
    const status = async () =>
      (await dataOf(await call(service, 'GET', `sys/remount/status/${migration_id}`))).migration_info.status;
    await expect.poll(status, { timeout: 10_000 }).toBe('success');
    expect((await dataOf(await call(service, 'GET', 'after/data/a'))).data).toEqual({ colour: 'red' });
    const shown = await inspect<{ transitions: number }>(
      service.environment,
      'SFN',
      `/executions/${migration_id}-1`,
    );
    expect(shown.transitions).toBeGreaterThan(0);
  });

  it('invokes functions that have no route', async () => {
    await expect(service.invoke('reconcile', {})).resolves.toBeDefined();
  });

  it('shows no token in what the functions log', () => {
    expect(logged.join('')).toContain('remount');
    expect(logged.join('')).not.toMatch(/"one"|\bone\b/);
  });
});
