/** A move of a real server across namespaces: it copies the data, under a lock, and can be cut in two. */

import { setTimeout as delay } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { throughFile } from '../support/throughFile.ts';
import { postMove } from './support/moves.ts';
import { startLasting } from './support/openbao.ts';
import { until } from './support/until.ts';

const KEYS = 1_000;
/** Requests at one time while the keys are written. */
const WRITERS = 32;
/** Well within the copy, which takes seconds. */
const MIDWAY_MS = 200;

const server = throughFile(startLasting);

const TAINTED = (path: string) => ({
  status: 404,
  body: {
    errors: [`no handler for route "${path}" on namespace "one/". route entry or namespace is tainted.`],
  },
});

/** Creates a mount with many keys in the namespace `one`. */
async function fill(path: string): Promise<void> {
  const { must } = server.root;
  await must('POST', `sys/mounts/${path}`, { type: 'kv', options: { version: '1' } }, 'one');
  let written = 0;
  const write = async () => {
    while (written < KEYS) await must('POST', `${path}/k${written++}`, { v: 1 }, 'one');
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

const statusOf = async (id: string) =>
  (await server.root.must('GET', `sys/remount/status/${id}`)).body.data.migration_info.status;

const mountAt = async (namespace: string, path: string) =>
  (await server.root.request('GET', `sys/mounts/${path}`, undefined, namespace)).body.data;

const keysAt = async (namespace: string, path: string) =>
  (await server.root.must('LIST', path, undefined, namespace)).body.data.keys.length;

beforeAll(async () => {
  for (const namespace of ['one', 'two', 'other'])
    await server.root.must('POST', `sys/namespaces/${namespace}`);
});

describe('a move across namespaces', () => {
  it('holds up the listing of all mounts of each namespace, but not the look at one of them', async () => {
    const { root } = server;
    await fill('held');
    const before = await mountAt('one', 'held');
    const id = await postMove(root, 'one/held', 'two/held');
    await delay(MIDWAY_MS);
    let isListed = false;
    const listing = root.must('GET', 'sys/mounts', undefined, 'other').then(() => {
      isListed = true;
    });
    expect(await mountAt('one', 'held')).toEqual(before);
    expect(await mountAt('two', 'held')).toBeUndefined();
    expect(await root.request('GET', 'held/k1', undefined, 'one')).toEqual(TAINTED('held/k1'));
    expect((await root.request('GET', 'held/k1', undefined, 'two')).status).toBe(404);
    expect(await statusOf(id)).toBe('in-progress');
    expect(isListed).toBe(false);

    await listing;
    await until('the move ends', async () => (await statusOf(id)) === 'success' || undefined);
    expect(await mountAt('two', 'held')).toEqual(before);
    expect(await keysAt('two', 'held')).toBe(KEYS);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)(
    'leaves the mount at both paths, with a part of its keys at the target, when the server ends midway by %s',
    async (signal) => {
      const { root, node } = server;
      const path = `cut-${signal.toLowerCase()}`;
      await fill(path);
      const before = await mountAt('one', path);
      const id = await postMove(root, `one/${path}`, `two/${path}`);
      await delay(MIDWAY_MS);
      expect(await statusOf(id)).toBe('in-progress');
      await node.kill(signal);
      await node.restart();

      expect(await mountAt('one', path)).toEqual(before);
      expect(await mountAt('two', path)).toEqual(before);
      expect(await root.request('GET', `${path}/k1`, undefined, 'one')).toEqual(TAINTED(`${path}/k1`));
      expect(await keysAt('two', path)).toBeLessThan(KEYS);
      // The target serves, and takes what the source will never have.
      expect((await root.request('POST', `${path}/new`, { v: 2 }, 'two')).status).toBe(204);
      for (const place of [`one/${path}`, `two/${path}`])
        expect(await root.request('POST', 'sys/remount', { from: place, to: place })).toEqual({
          status: 400,
          body: { errors: [`path already in use at "${place}/"`] },
        });
      expect(await root.request('POST', 'sys/remount', { from: `one/${path}`, to: `two/${path}` })).toEqual({
        status: 400,
        body: { errors: [`path already in use at "two/${path}/"`] },
      });
    },
  );
});
