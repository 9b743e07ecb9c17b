import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  acceptedRun,
  advanced,
  type BulkRun,
  chunkClosed,
  chunkRevoked,
  newProgress,
  type Progress,
  runCancelled,
  runEnded,
  runHeartbeat,
  runStarted,
} from '../../functions/bulk/bulkRun.ts';
import { switchGroup } from '../../functions/bulk/switchGroup.ts';
import { attributesOf, ConditionFailed, type Write } from '../../functions/ports/store.ts';
import { bulkProgressKey, migrationKey, treeKey } from '../../functions/store/keys.ts';
import { mountItem } from '../../functions/tree/mount.ts';
import { placeMount } from '../support/place.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

let deps: TestDeps;
let run: BulkRun;

beforeAll(async () => {
  deps = await testDeps();
});
afterAll(() => deps.stop());
beforeEach(async () => {
  const now = deps.clock.now();
  run = {
    id: deps.ids.uuid(),
    status: 'in-progress',
    total: 2,
    chunks: 1,
    atomic: false,
    maxConcurrency: 10,
    toleratedFailures: '0',
    namespacePath: '',
    visibleTo: ['root'],
    requestedBy: { displayName: '', accessor: '', namespace: '' },
    attempt: 1,
    nextLook: now,
    createdAt: now,
    retentionS: 86_400,
  };
  await deps.store.commit([acceptedRun(run)]);
  await deps.store.commit([newProgress(run.id, 0, run.total, 4_000_000_000)]);
});

const recorded = () => deps.store.get(migrationKey(run.id));
const progress = async () => (await deps.store.get(bulkProgressKey(run.id, 0))) as unknown as Progress;

async function isRefused(write: Write): Promise<void> {
  await expect(deps.store.commit([write])).rejects.toThrow(ConditionFailed);
}

describe('a write to a bulk run that comes too late', () => {
  it('does not accept a run with an id that is taken', async () => {
    await deps.store.commit([runEnded(run, undefined, 1)]);
    await isRefused(acceptedRun(run));
    expect(await recorded()).toMatchObject({ status: 'success' });
  });

  it.each<[string, () => Write]>([
    ['makes no heartbeat', () => runHeartbeat(run.id, 1)],
    ['does not start it', () => runStarted(run.id, 1)],
    ['does not cancel it', () => runCancelled(run.id, 1, 'late')],
    ['does not end it in another way', () => runEnded(run, { code: 'given_up', message: 'late' }, 1)],
  ])('%s after its end', async (_, late) => {
    await deps.store.commit([runEnded(run, undefined, deps.clock.now())]);
    const before = await recorded();
    await isRefused(late());
    expect(await recorded()).toEqual(before);
  });

  it('does not start or cancel a run a second time', async () => {
    await deps.store.commit([runStarted(run.id, 1)]);
    await deps.store.commit([runCancelled(run.id, 2, 'first')]);
    await isRefused(runStarted(run.id, 3));
    await isRefused(runCancelled(run.id, 4, 'second'));
    expect(await recorded()).toMatchObject({ startedAt: 1, cancelledAt: 2, cancelReason: 'first' });
  });

  it('does not count a move or a lease a second time', async () => {
    const first = await progress();
    const step = advanced(run.id, first, { succeeded: 0, revoking: 1, failed: 0 }, 1);
    await deps.store.commit([step]);
    await isRefused(step);
    const revoking = await progress();
    const revoked = chunkRevoked(run.id, revoking, { revoked: 5, irrevocable: 0 });
    await deps.store.commit([revoked]);
    await isRefused(revoked);
    expect(await progress()).toMatchObject({ cursor: 1, succeeded: 1, revoking: 0, leasesRevoked: 5 });
  });

  it('does not close a chunk that has expired', async () => {
    const before = await progress();
    await deps.store.commit([{ delete: bulkProgressKey(run.id, 0) }]);
    await isRefused(chunkClosed(run.id, before));
    expect(await progress()).toBeUndefined();
  });

  it.each([
    ['was tuned', { version: 2 }],
    ['was replaced by another', { uuid: 'another' }],
  ])('does not switch a mount that %s since it was read', async (_, change) => {
    const mount = await placeMount(deps, `${deps.ids.hex(8)}/`);
    const put = mountItem({ ...mount, ...change });
    const now = attributesOf(put);
    await deps.store.commit([{ put }]);
    const end = (path: string) => ({ namespaceId: 'root', namespacePath: '', path, lineage: ['root'] });
    const [source, target] = [end(mount.path), end(`new-${mount.path}`)];
    const row = { row: 0, group: 0, knot: 0, mountUuid: mount.uuid, source, target };
    const before = await progress();

    await expect(switchGroup({ deps, run, progress: before }, new Map([[row, mount]]))).rejects.toThrow(
      ConditionFailed,
    );

    expect(await deps.store.get(treeKey('root', mount.path))).toEqual(now);
    expect(await progress()).toEqual(before);
  });
});
