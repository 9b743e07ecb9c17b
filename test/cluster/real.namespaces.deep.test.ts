/** Moves into another namespace of a real cluster, which copies the keys of the mount under a lock. */

import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { throughFile } from '../support/throughFile.ts';
import type { Client } from './support/client.ts';
import { enableDatabase, issueLeases } from './support/database.ts';
import { leasesBelow } from './support/leases.ts';
import { startLasting } from './support/openbao.ts';
import { startPostgres } from './support/postgres.ts';
import { realMoves } from './support/realMoves.ts';

const server = throughFile(startLasting);
const postgres = throughFile(startPostgres);
const moves = realMoves(() => ({ address: server.root.address, token: server.rootToken }));

beforeAll(async () => {
  for (const name of ['one', 'two']) await server.root.must('POST', `sys/namespaces/${name}`);
});

afterEach(() => {
  moves.before = () => {};
  moves.after = () => {};
});

/** Enables kv v1 with so many keys. @returns what each key has */
async function enableKv(path: string, namespace: string, count: number): Promise<Map<string, string>> {
  const { root } = server;
  await root.must('POST', `sys/mounts/${path}`, { type: 'kv', options: { version: '1' } }, namespace);
  const keys = Array.from({ length: count }, (_, i) => `k${i}`);
  const waiting = [...keys];
  const write = async () => {
    for (let key = waiting.pop(); key !== undefined; key = waiting.pop())
      await root.must('POST', `${path}/${key}`, { is: `${path} ${key}` }, namespace);
  };
  await Promise.all(Array.from({ length: 16 }, write));
  return new Map(keys.map((key) => [key, `${path} ${key}`]));
}

/** The keys that a kv v1 mount serves. */
async function keysAt({ request }: Client, path: string, namespace: string): Promise<number> {
  const { body } = await request('LIST', path, undefined, namespace);
  return body?.data?.keys?.length ?? 0;
}

describe('a move into another namespace', () => {
  it('needs leave to copy', async () => {
    await enableKv('asked', 'one', 3);
    const answer = await moves.call('POST', 'sys/remount', { body: { from: 'one/asked', to: 'two/asked' } });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('allow_copy');
  });

  it('takes every key and every field along, and reloads the engine', async () => {
    await enableKv('kv', 'one', 50);
    const before = (await server.root.must('GET', 'sys/mounts/kv', undefined, 'one')).body.data;
    const info = await moves.move({ from: 'one/kv', to: 'two/kv-moved', allow_copy: true });
    expect(info).toMatchObject({ status: 'success', phase: 'done', cluster: { posts: 1, warnings: [] } });
    expect((await server.root.must('GET', 'sys/mounts/kv-moved', undefined, 'two')).body.data).toEqual(
      before,
    );
    expect(await keysAt(server.root, 'kv-moved', 'two')).toBe(50);
    expect(await keysAt(server.root, 'kv', 'one')).toBe(0);
  });

  it('revokes the leases of the namespace first, and the static roles go on rotating', async () => {
    const { root } = server;
    await postgres.query(`CREATE ROLE kept WITH LOGIN PASSWORD 'x'`);
    await enableDatabase(root, 'db', postgres, { namespace: 'one' });
    const settings = {
      db_name: 'postgres',
      username: 'kept',
      rotation_period: 5,
      rotation_statements: [`ALTER ROLE "{{name}}" WITH PASSWORD '{{password}}'`],
    };
    await root.must('POST', 'db/static-roles/kept', settings, 'one');
    await issueLeases(root, 'db', 'good', 20, 'one');
    const info = await moves.move({ from: 'one/db', to: 'two/db', allow_copy: true });
    expect(info).toMatchObject({
      status: 'success',
      progress: { leases_revoked: 20 },
      cluster: { warnings: [] },
    });
    expect(await leasesBelow(root, 'db/', 'one')).toEqual([]);
    const password = async () =>
      (await root.must('GET', 'db/static-creds/kept', undefined, 'two')).body.data.password;
    const first = await password();
    await delay(11_000);
    expect(await password()).not.toBe(first);
  });
});
