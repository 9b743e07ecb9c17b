/** Looks at mounts until what is seen can be believed, so that a move under way shows none nowhere or twice (R2). */

import { MAX_SETTLE_READS, SETTLE_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Mount } from './mount.ts';

/** A mount as a look has shown it, and what else that look made of it. */
export type Sighting = Pick<Mount, 'uuid' | 'path' | 'version'>;

/**
 * A query is no snapshot: of a mount moved meanwhile it may see the source before and the target after, or neither.
 * Two looks that agree are one, if no transaction was half done in both of them; failing that, whatever was seen at some
 * time during the request is shown, once, at its latest place.
 * @param nameOf what a look shows once
 */
export async function settled<T extends Sighting>(
  { clock }: Pick<Deps, 'clock'>,
  look: () => Promise<T[]>,
  nameOf: (seen: T) => string = ({ uuid }) => uuid,
): Promise<T[]> {
  let last = await look();
  const known = new Map<string, T>();
  for (let looks = 2; looks <= MAX_SETTLE_READS; looks++) {
    await clock.sleep(SETTLE_MS);
    const next = await look();
    if (agree(last, next, nameOf)) return next;
    for (const seen of [...last, ...next]) known.set(nameOf(seen), later(known.get(nameOf(seen)), seen));
    last = next;
  }
  return [...known.values()];
}

/** Whether both show the same mounts in the same state, each of them once. */
function agree<T extends Sighting>(a: T[], b: T[], nameOf: (seen: T) => string): boolean {
  if (a.length !== b.length || new Set(b.map(nameOf)).size !== b.length) return false;
  return a.every(({ uuid, version, path }, i) => {
    const other = b[i] as T;
    return uuid === other.uuid && version === other.version && path === other.path;
  });
}

function later<T extends Sighting>(known: T | undefined, seen: T): T {
  return known && known.version > seen.version ? known : seen;
}
