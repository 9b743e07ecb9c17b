/** A mount is moved into a namespace at the moment at which the namespace is deleted. */

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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

/**
 * A store on which another request deletes the namespace just before the transaction of the switch.
 * @param next what happens then
 */
function deletedBeforeSwitch(next: () => Promise<unknown> = async () => undefined): TestDeps {
  const { deps } = service;
  let isDeleted = false;
  const commit: Store['commit'] = async (writes) => {
    const isSwitch = writes.some(
      (write) => 'put' in write && write.put.table === 'mounts' && write.put.movedBy,
    );
    if (isSwitch && !isDeleted) {
      isDeleted = true;
      expect(await deleteNamespace(deps, ROOT, `${name}/`)).toBe(true);
      await next();
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

async function expectNothingLost(path: string): Promise<void> {
  const { status, body } = await service.call('GET', `${path}/foo`);
  expect(status).toBe(200);
  expect(body.data).toEqual({ colour: 'blue' });
}

describe('a namespace that is deleted just before a mount is switched into it', () => {
  it.each([
    ['', async () => undefined],
    [', also when its name is taken again', () => placeNamespace(service.deps, ROOT, name)],
  ])('leaves the mount where it is%s', async (_, next) => {
    const body = { from: `kv-${name}`, to: `${name}/kv` };
    const id = (await service.call('POST', 'sys/remount', { body })).body.migration_id;
    await switchStep(deletedBeforeSwitch(next), id);
    await runTeardowns();
    await expectNothingLost(`kv-${name}`);
    const { migration_info } = (await service.call('GET', `sys/remount/status/${id}`)).body.data;
    expect(migration_info).toMatchObject({ status: 'failure', error: { code: 'namespace_gone' } });
  });

  it('leaves the mount where it is when a bulk run moves it', async () => {
    const id = await service.start({ moves: [{ from: `kv-${name}`, to: `${name}/kv` }] });
    await runBulk(deletedBeforeSwitch(), id);
    await runTeardowns();
    await expectNothingLost(`kv-${name}`);
    expect(await service.info(id)).toMatchObject({ status: 'failure', progress: { failed: 1 } });
  });
});

it('a namespace that is deleted just after the switch takes the mount with it', async () => {
  const body = { from: `kv-${name}`, to: `${name}/kv` };
  const id = (await service.call('POST', 'sys/remount', { body })).body.migration_id;
  await switchStep(service.deps, id);
  await deleteNamespace(service.deps, ROOT, `${name}/`);
  await switchStep(service.deps, id);
  await runTeardowns();
  expect((await service.call('GET', `${name}/kv/foo`)).status).toBe(404);
});
