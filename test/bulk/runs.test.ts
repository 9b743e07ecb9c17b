import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { locate } from '../../functions/tree/locate.ts';
import type { Mount } from '../../functions/tree/mount.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { runBulk } from '../support/workflow.ts';
import { type BulkService, bulkService } from './bulkService.ts';

let service: BulkService;
let name: string;

beforeAll(async () => {
  service = await bulkService();
});
afterAll(() => service.stop());
beforeEach(() => {
  name = service.deps.ids.base62(8);
});

async function place(...paths: string[]): Promise<Mount[]> {
  const mounts: Mount[] = [];
  for (const path of paths) mounts.push(await placeMount(service.deps, `${name}${path}/`));
  return mounts;
}

async function uuidAt(path: string): Promise<string | undefined> {
  return (await locate(service.deps.store, `${name}${path}`)).mount?.uuid;
}

function moves(...pairs: [from: string, to: string][]): { from: string; to: string }[] {
  return pairs.map(([from, to]) => ({ from: name + from, to: name + to }));
}

describe('a run', () => {
  it('moves every mount, and shows how many', async () => {
    const [a, b] = await place('a', 'b');
    const id = await service.start({ moves: moves(['a', 'x'], ['b', 'deep/y']), reason: 'tidy up' });
    expect(await service.info(id)).toMatchObject({
      status: 'in-progress',
      phase: 'accepted',
      progress: { total: 2, pending: 2, succeeded: 0 },
    });

    await runBulk(service.deps, id);

    expect([await uuidAt('x'), await uuidAt('deep/y')]).toEqual([a?.uuid, b?.uuid]);
    expect([await uuidAt('a'), await uuidAt('b')]).toEqual([undefined, undefined]);
    expect(await service.info(id)).toMatchObject({
      status: 'success',
      phase: 'done',
      progress: { total: 2, succeeded: 2, failed: 0, skipped: 0, pending: 0 },
      error: null,
      reason: 'tidy up',
      requested_by: { display_name: 'root' },
    });
  });

  it('moves chains in order, and swaps in one transaction', async () => {
    const [a, b, c, d] = await place('a', 'b', 'c', 'd');
    const id = await service.start({
      moves: moves(['a', 'b'], ['b', 'new'], ['c', 'd'], ['d', 'c']),
    });
    await runBulk(service.deps, id);
    expect((await service.info(id)).status).toBe('success');
    expect(await Promise.all(['b', 'new', 'd', 'c'].map(uuidAt))).toEqual([
      a?.uuid,
      b?.uuid,
      c?.uuid,
      d?.uuid,
    ]);
  });

  it('revokes what the mounts have issued, and ends after that', async () => {
    await placeMount(service.deps, `${name}a/`, { issued: true });
    await place('b');
    const id = await service.start({ moves: moves(['a', 'x'], ['b', 'y']) });
    const { done } = await runBulk(service.deps, id);
    expect(done).toBe(true);
    expect(await service.info(id)).toMatchObject({ status: 'success', progress: { succeeded: 2 } });
  });

  it('moves mounts between namespaces', async () => {
    const target = await placeNamespace(service.deps, ROOT, `${name}ns`);
    const [a] = await place('a');
    const id = await service.start({ moves: [{ from: `${name}a`, to: `${target.path}a` }] });
    await runBulk(service.deps, id);
    expect((await locate(service.deps.store, `${target.path}a`)).mount?.uuid).toBe(a?.uuid);
  });
});

describe('an atomic run', () => {
  it('moves all mounts in one transaction', async () => {
    const paths = Array.from({ length: 24 }, (_, i) => `m${i}`);
    const mounts = await place(...paths);
    const id = await service.start({
      moves: moves(...paths.map((path) => [path, `n${path}`] as [string, string])),
      atomic: true,
    });
    await runBulk(service.deps, id);
    expect(await service.info(id)).toMatchObject({
      status: 'success',
      atomic: true,
      progress: { succeeded: 24 },
    });
    expect(await Promise.all(paths.map((path) => uuidAt(`n${path}`)))).toEqual(
      mounts.map(({ uuid }) => uuid),
    );
  });

  it('moves no mount when one cannot be moved, and each row names that one', async () => {
    const [a, b] = await place('a', 'b');
    const id = await service.start({ moves: moves(['a', 'x'], ['b', 'y']), atomic: true });
    await place('y');
    await runBulk(service.deps, id);
    expect(await service.info(id)).toMatchObject({
      status: 'failure',
      progress: { failed: 2, succeeded: 0 },
    });
    expect([await uuidAt('a'), await uuidAt('b')]).toEqual([a?.uuid, b?.uuid]);
    const { body } = await service.call('LIST', `sys/remount/bulk/${id}`);
    expect(body.data.keys.map((key: string) => body.data.key_info[key].error.message)).toEqual([
      `goes together with row 2: path already in use at "${name}y/"`,
      `path already in use at "${name}y/"`,
    ]);
  });

  it('that is too large is refused with the number that fits', async () => {
    const paths = Array.from({ length: 25 }, (_, i) => `m${i}`);
    await place(...paths);
    const body = {
      moves: moves(...paths.map((path) => [path, `n${path}`] as [string, string])),
      atomic: true,
    };
    expect(await service.call('POST', 'sys/remount/bulk', { body })).toMatchObject({
      status: 400,
      body: { errors: ['25 moves are 100 writes, and an atomic run may have 99: the first 24 of them fit'] },
    });
  });
});
