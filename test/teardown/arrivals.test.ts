/** A mount that comes into a namespace at the moment at which it is marked to be deleted. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ARRIVAL_MS } from '../../functions/limits.ts';
import type { Store } from '../../functions/ports/store.ts';
import { switchStep } from '../../functions/remount/steps.ts';
import { deleteNamespace } from '../../functions/tree/deleteNamespace.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { type BulkService, bulkService } from '../bulk/bulkService.ts';
import { placeNamespace } from '../support/place.ts';
import type { TestDeps } from '../support/testDeps.ts';
import { runBulk, runTeardown } from '../support/workflow.ts';

let service: BulkService;
let name: string;

beforeAll(async () => {
  service = await bulkService();
});
afterAll(() => service.stop());
beforeEach(async () => {
  const { deps, call } = service;
  name = deps.ids.base62(8);
  deps.started.length = 0;
  await placeNamespace(deps, ROOT, name);
  await call('POST', `sys/mounts/kv-${name}`, { body: { type: 'kv' } });
  await call('POST', `kv-${name}/foo`, { body: { colour: 'blue' } });
});

/** A store on which somebody deletes the namespace just before the transaction of the switch. */
function deletedBeforeSwitch(): TestDeps {
  const { deps } = service;
  let isDeleted = false;
  const commit: Store['commit'] = async (writes) => {
    const isSwitch = writes.some(
      (write) => 'put' in write && write.put.table === 'mounts' && write.put.movedBy,
    );
    if (isSwitch && !isDeleted) {
      isDeleted = true;
      expect(await deleteNamespace(deps, ROOT, `${name}/`)).toBe(true);
    }
    await deps.store.commit(writes);
  };
  return { ...deps, store: { ...deps.store, commit } };
}

async function runTeardowns(): Promise<void> {
  const { deps } = service;
  const teardowns = deps.started.filter(({ machine }) => machine === 'teardown');
  expect(teardowns).toHaveLength(1);
  for (const { id } of teardowns) await runTeardown(deps, id);
}

async function expectNothingLost(): Promise<void> {
  const { status, body } = await service.call('GET', `${name}/kv/foo`);
  expect(status).toBe(200);
  expect(body.data).toEqual({ colour: 'blue' });
}

describe('a namespace that is marked just before a mount is switched into it', () => {
  it('serves again, and the mount with it', async () => {
    const body = { from: `kv-${name}`, to: `${name}/kv` };
    const id = (await service.call('POST', 'sys/remount', { body })).body.migration_id;
    await switchStep(deletedBeforeSwitch(), id);
    await runTeardowns();
    await expectNothingLost();
  });

  it('serves again when the step died right after the switch, and is run again', async () => {
    const body = { from: `kv-${name}`, to: `${name}/kv` };
    const id = (await service.call('POST', 'sys/remount', { body })).body.migration_id;
    const deps = deletedBeforeSwitch();
    let isSwitched = false;
    const commit: Store['commit'] = async (writes) => {
      await deps.store.commit(writes);
      isSwitched = true;
      throw new Error('the process dies');
    };
    await expect(switchStep({ ...deps, store: { ...deps.store, commit } }, id)).rejects.toThrow('dies');
    expect(isSwitched).toBe(true);
    await switchStep(service.deps, id);
    await runTeardowns();
    await expectNothingLost();
  });

  it('serves again when it is a bulk run that brings the mount', async () => {
    const id = await service.start({ moves: [{ from: `kv-${name}`, to: `${name}/kv` }] });
    await runBulk(deletedBeforeSwitch(), id);
    await runTeardowns();
    await expectNothingLost();
  });

  it('is deleted with the mount when the mark came long after', async () => {
    const body = { from: `kv-${name}`, to: `${name}/kv` };
    const id = (await service.call('POST', 'sys/remount', { body })).body.migration_id;
    await switchStep(service.deps, id);
    service.deps.clock.pass(service.deps.settings.requestLifeMs + ARRIVAL_MS + 1);
    await deleteNamespace(service.deps, ROOT, `${name}/`);
    await switchStep(service.deps, id);
    expect((await service.call('GET', `${name}/kv/foo`)).status).not.toBe(200);
  });
});
