/** Lists a lease that the cluster could not revoke in the record of its migration: the cluster keeps no such list. */

import { IRREVOCABLE_RECORD } from '../credentials/irrevocable.ts';
import { ABSENT, type Write } from '../ports/store.ts';
import { irrevocableKey } from '../store/keys.ts';
import type { Hold } from './hold.ts';

/**
 * A lease that is listed already is not counted again.
 * @param reason the words of the cluster
 * @param at epoch milliseconds
 */
export async function listAsIrrevocable(
  hold: Hold,
  leaseId: string,
  reason: string,
  at: number,
): Promise<void> {
  const key = irrevocableKey(hold.migration.id, leaseId);
  const listed: Write = { put: IRREVOCABLE_RECORD.at(key, { leaseId, reason, at }), if: ABSENT };
  await hold.write(({ leasesIrrevocable }) => ({ leasesIrrevocable: leasesIrrevocable + 1 }), [listed]);
}
