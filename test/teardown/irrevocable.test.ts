/** What a move could not revoke, when the mount goes. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Item } from '../../functions/ports/store.ts';
import { tearDown } from '../../functions/teardown/tearDown.ts';
import { leasesOf } from '../../infra/local/demo/measure/fill.ts';
import { type RemountService, remountService } from '../remount/remountService.ts';
import { sshMount } from '../remount/sshMount.ts';

let service: RemountService;

beforeAll(async () => {
  service = await remountService();
});
afterAll(() => service.deps.stop());

it('a disabled mount leaves no lease behind, not even one that a move has given up', async () => {
  const { deps, call } = service;
  const { name, uuid } = await sshMount(service, 3);
  const [{ kind: _kind, ...broken }] = (await leasesOf(deps.store, uuid)).flat() as [Item];
  await deps.store.commit([{ table: 'leases', put: broken as Item }]);
  await service.move(name, `${name}-moved`);
  expect((await leasesOf(deps.store, uuid)).flat()).toHaveLength(1);

  await call('DELETE', `sys/mounts/${name}-moved`);
  const [teardown] = deps.started.filter(({ machine }) => machine === 'teardown');
  for (let done = false; !done; ) {
    const progress = await tearDown(deps, teardown?.id ?? '', deps.clock.now() + 60_000);
    done = progress.done;
    deps.clock.pass(progress.seconds * 1_000);
  }
  expect((await leasesOf(deps.store, uuid)).flat()).toEqual([]);
});
