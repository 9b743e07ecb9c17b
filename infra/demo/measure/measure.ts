/** All measurements, one after the other on one service. */

import { startCountingProxy } from '../countingProxy.ts';
import type { Screen } from '../screen.ts';
import type { Amounts } from './amounts.ts';
import { type ConcurrentMoves, measureAtOnce } from './atOnce.ts';
import { type Availability, measureAvailability } from './availability.ts';
import { type Lab, startLab } from './lab.ts';
import { measurePlain, type PlainMoves } from './plain.ts';
import { measureRevocation, type Revocation } from './revocation.ts';
import { measureSizes, type SizeComparison } from './sizes.ts';

export interface Numbers {
  sizes: SizeComparison;
  plain: PlainMoves;
  atOnce: ConcurrentMoves;
  revocation: Revocation;
  availability: Availability;
}

/**
 * Starts its own service and stops it. Moves with leases come last: half a minute after each, the sweep of late writes
 * runs, and its calls would be counted as those of another move.
 */
export async function measure(screen: Screen, amounts: Amounts): Promise<Numbers> {
  const status = screen.status();
  const lab = await startLab(startCountingProxy);
  const about = <T>(what: string, of: (lab: Lab, amounts: Amounts) => Promise<T>): Promise<T> => {
    status.show(`measuring ${what}`);
    return of(lab, amounts);
  };
  try {
    return {
      sizes: await about('moves of a small mount and a large one', measureSizes),
      plain: await about('a move with nothing to revoke', measurePlain),
      atOnce: await about('many moves at once', measureAtOnce),
      revocation: await about('a move with many leases', measureRevocation),
      availability: await about('a move of a mount in use', measureAvailability),
    };
  } finally {
    status.end();
    await lab.stop();
  }
}
