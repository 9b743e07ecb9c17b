/** A run that is looked at by two executions, one of which is in the middle of a group. */

import { afterAll, beforeAll, expect, it } from 'vitest';
import { chunkStep } from '../../functions/bulk/chunkStep.ts';
import { beginStep, completeStep } from '../../functions/bulk/runSteps.ts';
import { bulkProgressKey } from '../../functions/ports/keys.ts';
import type { Store } from '../../functions/ports/store.ts';
import { issue } from '../remount/sshMount.ts';
import { type BulkService, bulkService } from './bulkService.ts';

let service: BulkService;

beforeAll(async () => {
  service = await bulkService();
});
afterAll(() => service.stop());

it('a run is no success while the revocation of one of its moves goes on that a batch does not show yet', async () => {
  const { deps, call } = service;
  const name = `ssh-${deps.ids.base62(8)}`;
  await call('POST', `sys/mounts/${name}`, { body: { type: 'ssh' } });
  const role = { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' };
  await call('POST', `${name}/roles/web`, { body: role });
  await issue(call, name, 1);
  const id = await service.start({ moves: [{ from: name, to: `${name}-moved` }] });
  const { chunks } = await beginStep(deps, id);
  const progress = bulkProgressKey(id, 0);
  const before = await deps.store.get(progress);
  await chunkStep(deps, { id, chunk: 0, done: false }, deps.clock.now() + 60_000);
  expect(chunks).toHaveLength(1);

  // The query shows the progress as it is after the transaction, the batch the migrations as before it.
  const middle: Store = {
    ...deps.store,
    get: async (ref) => (ref.sk === progress.sk && ref.pk === id ? before : deps.store.get(ref)),
    getMany: async (refs) => {
      const items = await deps.store.getMany(refs);
      return items.map((item) => (item?.kind === 'migration' ? undefined : item));
    },
  };
  await completeStep({ ...deps, store: middle }, { id, looks: 0 });
  expect(await service.info(id)).toMatchObject({ status: 'in-progress', progress: { in_progress: 1 } });
});
