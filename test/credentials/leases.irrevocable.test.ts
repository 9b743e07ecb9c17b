import { expect, it } from 'vitest';
import { PRESENT } from '../../functions/ports/store.ts';
import { leaseKey } from '../../functions/store/keys.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { throughFile } from '../support/throughFile.ts';
import { leaseWorld } from './leaseWorld.ts';

const w = throughFile(leaseWorld);

const REASON = 'the engine refused';

/** As a migration marks a lease that it cannot revoke. */
async function markIrrevocable(uuid: string, path: string): Promise<void> {
  await w.deps.store.commit([{ update: leaseKey(uuid, path), set: { irrevocable: REASON }, if: PRESENT }]);
}

it('irrevocable leases are listed with their mount and the reason, and counted by mount', async () => {
  const child = await placeNamespace(w.deps, ROOT, 'child');
  const below = await placeMount(w.deps, 'rent/', { namespaceId: child.id, type: 'rented' });
  const [here, , second] = [await w.issue(), await w.issue(), await w.issue('more')];
  for (const { id } of [here, second]) await markIrrevocable(w.rent.uuid, id.slice('rent/'.length));
  const inside = await w.call('POST', 'rent/creds/web', {
    namespace: 'child',
    token: w.holder.client_token,
    body: {},
  });
  await markIrrevocable(below.uuid, inside.body.lease_id.slice('rent/'.length));
  const get = async (path: string, more: Record<string, string[]> = {}) =>
    (await w.call('GET', path, { query: { type: ['irrevocable'], ...more } })).body.data;
  const own = [here, second].map(({ id }) => ({ lease_id: id, mount_id: w.rent.accessor, error: REASON }));
  own.sort((a, b) => (a.lease_id < b.lease_id ? -1 : 1));

  expect(await get('sys/leases')).toEqual({ lease_count: 2, leases: own });
  for (const limit of ['none', '', '2', '3'])
    expect(await get('sys/leases', { limit: [limit] })).toEqual({ lease_count: 2, leases: own });
  const cut = await w.call('GET', 'sys/leases', { query: { type: ['irrevocable'], limit: ['1'] } });
  expect(cut.body).toMatchObject({
    data: { lease_count: 1, leases: own.slice(0, 1) },
    warnings: [expect.stringContaining('many irrevocable leases were found')],
  });
  expect(await get('sys/leases/count')).toEqual({ lease_count: 2, counts: { [w.rent.accessor]: 2 } });
  expect(await get('sys/leases/count', { include_child_namespaces: ['true'] })).toEqual({
    lease_count: 3,
    counts: { [w.rent.accessor]: 2, [below.accessor]: 1 },
  });
});
