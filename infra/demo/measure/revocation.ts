/** The duration of a move with many leases to revoke. */

import { moveMount } from '../migration.ts';
import type { Amounts } from './amounts.ts';
import { leasesOf } from './fill.ts';
import type { Lab } from './lab.ts';
import { makeSsh } from './makeMounts.ts';

export interface Revocation {
  leases: number;
  /** Leases that are still stored after the success; must be 0. */
  left: number;
  /** From the POST to the success. */
  seconds: number;
  perSecond: number;
}

export async function measureRevocation(lab: Lab, { revokedLeases: leases }: Amounts): Promise<Revocation> {
  const uuid = await makeSsh(lab, 'doors', { keys: 1, leases });
  const { seconds } = await moveMount(lab.root, { from: 'doors', to: 'gates' });
  const left = (await leasesOf(lab.store, uuid)).flat().length;
  return { leases, left, seconds, perSecond: leases / seconds };
}
