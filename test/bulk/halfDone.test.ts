/** A run that is requested in the middle of another transaction, or that two executions work on at once. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expandRules } from '../../functions/bulk/expandRules.ts';
import { migrationIdOf } from '../../functions/bulk/rowRecord.ts';
import { gatherRows, planRun } from '../../functions/bulk/startRun.ts';
import { bulkBeginStep, bulkChunkStep, bulkCompleteStep } from '../../functions/bulk/steps.ts';
import { SETTLE_MS } from '../../functions/limits.ts';
import type { Store } from '../../functions/ports/store.ts';
import { progressed } from '../../functions/remount/leaseProgress.ts';
import { bulkProgressKey } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { sshMount } from '../remount/sshMount.ts';
import { placeMount } from '../support/place.ts';
import type { TestDeps } from '../support/testDeps.ts';
import { runMigration } from '../support/workflow.ts';
import { type BulkService, bulkService } from './bulkService.ts';

let service: BulkService;

beforeAll(async () => {
  service = await bulkService();
});
afterAll(() => service.stop());

it('a run does not succeed while one of its moves is being revoked, even if a batch does not show that move yet', async () => {
  const { deps } = service;
  const { name } = await sshMount(service, 1);
  const id = await service.start({ moves: [{ from: name, to: `${name}-moved` }] });
  const { chunks } = await bulkBeginStep(deps, { id }, deps.clock.now() + 60_000);
  const progress = bulkProgressKey(id, 0);
  const before = await deps.store.get(progress);
  await bulkChunkStep(deps, { id, chunk: 0, done: false }, deps.clock.now() + 60_000);
  expect(chunks).toHaveLength(1);

  // The query shows the progress after the transaction; the batch shows the migrations before it.
  const middle: Store = {
    ...deps.store,
    get: async (ref) => (ref.sk === progress.sk && ref.pk === id ? before : deps.store.get(ref)),
    getMany: async (refs) => {
      const items = await deps.store.getMany(refs);
      return items.map((item) => (item?.kind === 'migration' ? undefined : item));
    },
  };
  await bulkCompleteStep({ ...deps, store: middle }, { id, looks: 0 });
  expect(await service.info(id)).toMatchObject({ status: 'in-progress', progress: { in_progress: 1 } });
});

describe('a run that is requested while its mounts are half moved', () => {
  /** A store that shows nothing at a path for as long as a transaction may take. */
  function without(path: string): TestDeps {
    const { deps } = service;
    const settlesAt = deps.clock.now() + SETTLE_MS - 20;
    const shown = (sk: string) => sk !== path || deps.clock.now() >= settlesAt;
    const store: Store = {
      ...deps.store,
      async *pages(range) {
        for await (const page of deps.store.pages(range)) yield page.filter(({ sk }) => shown(sk));
      },
      async getMany(refs) {
        const items = await deps.store.getMany(refs);
        return items.map((item) => (item && shown(item.sk) ? item : undefined));
      },
    };
    return { ...deps, store };
  }

  it('includes them in the expansion of its rules', async () => {
    const above = service.deps.ids.base62(8);
    for (const name of ['a', 'b']) await placeMount(service.deps, `${above}/${name}/`);
    const rules = [{ from: `${above}/*`, to: `new-${above}/*` }];
    const moves = await expandRules(without(`${above}/b/`), rules, ROOT);
    expect(moves.map(({ from }) => from)).toEqual([`${above}/a/`, `${above}/b/`]);
  });

  it('is not refused for a mount that it names', async () => {
    const name = service.deps.ids.base62(8);
    await placeMount(service.deps, `${name}/`);
    const halfDone = without(`${name}/`);
    const rows = await gatherRows(halfDone, { moves: [{ from: name, to: `new-${name}` }] }, ROOT);
    const options = { maxConcurrency: 1, toleratedFailures: '100%', atomic: false };
    expect((await planRun(halfDone, rows, ROOT, options)).problems).toEqual([]);
  });
});

it('a run shows as many revoked leases as its migrations, even if two executions have counted them', async () => {
  const { deps } = service;
  const { name } = await sshMount(service, 3);
  const id = await service.start({ moves: [{ from: name, to: `${name}-moved` }] });
  await bulkBeginStep(deps, { id }, deps.clock.now() + 60_000);
  await bulkChunkStep(deps, { id, chunk: 0, done: false }, deps.clock.now() + 60_000);
  const migrationId = migrationIdOf(id, 1);
  await runMigration(deps, migrationId);
  await deps.store.commit([progressed(migrationId, deps.clock.now() + 60_000, 3)]);
  await bulkCompleteStep(deps, { id, looks: 0 });

  const { body } = await service.call('GET', `sys/remount/status/${migrationId}`);
  expect(body.data.migration_info.progress).toMatchObject({ leases_revoked: 3, leases_irrevocable: 0 });
  expect((await service.info(id)).progress).toMatchObject({ leases_revoked: 3, leases_irrevocable: 0 });
});
