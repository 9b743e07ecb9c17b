/** The last look of whoever issues a credential below a token: was it cut off while it was being written? */

import type { Deps } from '../ports/deps.ts';
import { type Lineage, stillValid } from './lineage.ts';

/**
 * What is written below a token while that is swept away is never usable, but no sweep finds it afterwards: the token
 * that would lead to it is gone. So the writer looks once more, and takes back what it wrote. A cut comes before its
 * sweep, so either this sees the cut, or the sweep sees what was written.
 * @returns whether the lineage no longer stands, and nothing of what was written is left
 */
export async function withdrawIfCut(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  lineage: Lineage,
  withdraw: () => Promise<void>,
): Promise<boolean> {
  if (lineage.tokens.length === 0 || (await stillValid(store, lineage, clock.now()))) return false;
  await withdraw();
  return true;
}
