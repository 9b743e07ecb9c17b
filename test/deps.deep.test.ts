import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { depsFromEnvironment } from '../functions/deps.ts';
import { StoreBusy } from '../functions/ports/store.ts';

let silent: Server;
const sockets: Socket[] = [];

beforeAll(async () => {
  silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const endpoint = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    REQUEST_LIFE_SECONDS: '29',
    MOUNTS_TABLE: 'mounts',
  };
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
});
afterAll(() => {
  vi.unstubAllEnvs();
  for (const socket of sockets) socket.destroy();
  silent.close();
});

describe('a DynamoDB that accepts a call and never answers', () => {
  it('is reported as busy, after every retry, within half the life of a request', async () => {
    const { store } = depsFromEnvironment();
    const startedAt = performance.now();
    await expect(store.get({ table: 'mounts', pk: 'root', sk: 'secret/' })).rejects.toThrow(StoreBusy);
    expect(performance.now() - startedAt).toBeLessThan(14_500);
  });

  it('is not called for a table that the function has no variable for', async () => {
    const { store } = depsFromEnvironment();
    await expect(store.get({ table: 'leases', pk: 'x', sk: 'y' })).rejects.toThrow('lacks LEASES_TABLE');
  });
});
