/** Which of many leases are usable: alive, and with everything they hang on (architecture §4). */

import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import { type Lease, leaseOf } from './lease.ts';
import { isAlive, type Lineage, lineageRefs, stands } from './lineage.ts';

/**
 * Reads what the leases hang on, most of which they share, at once.
 * @param items items of the `leases` table; damaged ones are usable to nobody
 */
export async function usableLeases(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  items: Item[],
): Promise<Lease[]> {
  const now = clock.now();
  const leases = items.map(leaseIn).filter((lease) => lease !== undefined && isAlive(lease, now)) as Lease[];
  const refs = leases.map((lease) => lineageRefs(support(lease)));
  const found = await store.getMany(refs.flat());
  let from = 0;
  return leases.filter((lease, i) => {
    const upTo = from + (refs[i]?.length ?? 0);
    const own = found.slice(from, upTo);
    from = upTo;
    return stands(support(lease), own, now);
  });
}

/** The lease of a token hangs on that token, too. */
function support({ kind, lineage, tokenHash }: Lease): Lineage {
  return kind === 'token' ? { ...lineage, tokens: [...lineage.tokens, tokenHash] } : lineage;
}

function leaseIn(item: Item): Lease | undefined {
  try {
    return leaseOf(item);
  } catch {
    return undefined;
  }
}
