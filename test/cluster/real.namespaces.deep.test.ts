/** Moves into another namespace of a real cluster, which copies the keys of the mount under a lock. */

import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { throughFile } from '../support/throughFile.ts';
import { enableDatabase, issueLeases } from './support/database.ts';
import { fillKv } from './support/kv.ts';
import { leasesBelow } from './support/leases.ts';
import { plainMove } from './support/moves.ts';
import { startLasting } from './support/openbao.ts';
import { startPostgres } from './support/postgres.ts';
import { realMoves } from './support/realMoves.ts';

/** When the cluster has copied some keys, but not many. */
const COPY_BEGUN_MS = 300;

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

describe('a move into another namespace', () => {
  it('needs leave to copy', async () => {
    await fillKv(server.root, 'asked', 'one', 3);
    const answer = await moves.call('POST', 'sys/remount', { body: { from: 'one/asked', to: 'two/asked' } });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('allow_copy');
  });

  it('takes every key and every field along, and reloads the engine', async () => {
    const kv = await fillKv(server.root, 'kv', 'one', 50);
    const before = (await server.root.must('GET', 'sys/mounts/kv', undefined, 'one')).body.data;
    const info = await moves.move({ from: 'one/kv', to: 'two/kv-moved', allow_copy: true });
    expect(info).toMatchObject({ status: 'success', phase: 'done', cluster: { posts: 1, warnings: [] } });
    expect((await server.root.must('GET', 'sys/mounts/kv-moved', undefined, 'two')).body.data).toEqual(
      before,
    );
    expect(await kv.readAt('kv-moved', 'two')).toEqual(kv.written);
    expect(await kv.listedAt('kv', 'one')).toBe(0);
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

describe.each([
  ['1', 'SIGKILL'],
  ['2', 'SIGTERM'],
] as const)('a copy of a kv mount of version %s that is cut in two by %s', (version, signal) => {
  const path = `half-${version}`;
  const KEYS = 800;

  /** The paths of the namespace at which the mount is. */
  const listedIn = async (namespace: string) => {
    const { body } = await server.root.must('GET', 'sys/mounts', undefined, namespace);
    return Object.keys(body.data).filter((one) => one.startsWith(path));
  };

  it('is told as half moved, and repaired as docs/cluster.md says', async () => {
    const { root, node } = server;
    const kv = await fillKv(root, path, 'one', KEYS, version);
    moves.after = async ({ method }) => {
      if (method !== 'remount') return;
      moves.after = () => {};
      await delay(COPY_BEGUN_MS);
      await node.kill(signal);
      await node.restart();
    };
    const info = await moves.move({ from: `one/${path}`, to: `two/${path}`, allow_copy: true });
    expect(info).toMatchObject({ status: 'failure', error: { code: 'half_moved' }, cluster: { posts: 1 } });
    expect(info.error?.message).toContain(`the mount is at "one/${path}/" and at "two/${path}/"`);
    expect([await listedIn('one'), await listedIn('two')]).toEqual([[`${path}/`], [`${path}/`]]);
    expect(await kv.listedAt(path, 'one')).toBe(0);
    expect(await kv.listedAt(path, 'two')).toBeLessThan(KEYS);

    await plainMove(root, `one/${path}`, `two/${path}-rest`);
    await node.kill('SIGTERM');
    await node.restart();
    const [left = '', ...others] = await listedIn('two');
    expect(others).toEqual([]);
    if (left !== `${path}/`)
      expect(await moves.move({ from: `two/${left}`, to: `two/${path}` })).toMatchObject({
        status: 'success',
      });
    expect(await listedIn('one')).toEqual([]);
    expect(await kv.listedAt(path, 'two')).toBe(KEYS);
    expect(await kv.readAt(path, 'two')).toEqual(kv.written);
  });
});
