/** Irrevocable leases of a mount that is disabled. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Item } from '../../functions/ports/store.ts';
import { leasesOf } from '../../infra/demo/measure/fill.ts';
import { type RemountService, remountService } from '../remount/remountService.ts';
import { sshMount } from '../remount/sshMount.ts';
import { runTeardown } from '../support/workflow.ts';

let service: RemountService;

beforeAll(async () => {
  service = await remountService();
});
afterAll(() => service.deps.stop());

it('a disabled mount leaves no lease, not even an irrevocable one', async () => {
  const { deps, call } = service;
  const { name, uuid } = await sshMount(service, 3);
  const [{ kind: _kind, ...broken }] = (await leasesOf(deps.store, uuid)).flat() as [Item];
  await deps.store.commit([{ put: { table: 'leases', ...(broken as Item) } }]);
  await service.move(name, `${name}-moved`);
  expect((await leasesOf(deps.store, uuid)).flat()).toHaveLength(1);

  await call('DELETE', `sys/mounts/${name}-moved`);
  const [teardown] = deps.started.filter(({ machine }) => machine === 'teardown');
  await runTeardown(deps, teardown?.id ?? '');
  expect((await leasesOf(deps.store, uuid)).flat()).toEqual([]);
});
