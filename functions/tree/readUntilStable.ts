/** Repeats a listing of mounts until two reads agree, so that a move in progress hides or doubles no mount (R2). */

import { MAX_SETTLE_READS, SETTLE_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Mount } from './mount.ts';

/** A mount as one read shows it. */
export type SeenMount = Pick<Mount, 'uuid' | 'path' | 'version'>;

/**
 * A query is not a snapshot. During a move it may show the source before the switch and the target after it, or neither.
 * Two reads that agree are correct unless a transaction was half visible in both. After `MAX_SETTLE_READS` reads, the
 * result is every mount that any read has shown, once, at its latest place.
 * @param identityOf what appears once in the result; without it, each mount does
 */
export async function readUntilStable<T extends SeenMount>(
  { clock }: Pick<Deps, 'clock'>,
  read: () => Promise<T[]>,
  identityOf: (seen: T) => string = ({ uuid }) => uuid,
): Promise<T[]> {
  let last = await read();
  const known = new Map<string, T>();
  for (let reads = 2; reads <= MAX_SETTLE_READS; reads++) {
    await clock.sleep(SETTLE_MS);
    const next = await read();
    if (agree(last, next, identityOf)) return next;
    for (const seen of [...last, ...next]) {
      known.set(identityOf(seen), later(known.get(identityOf(seen)), seen));
    }
    last = next;
  }
  return [...known.values()];
}

/** Whether both reads show the same mounts in the same state, each of them once. */
function agree<T extends SeenMount>(a: T[], b: T[], identityOf: (seen: T) => string): boolean {
  if (a.length !== b.length || new Set(b.map(identityOf)).size !== b.length) return false;
  return a.every(({ uuid, version, path }, i) => {
    const other = b[i] as T;
    return uuid === other.uuid && version === other.version && path === other.path;
  });
}

function later<T extends SeenMount>(known: T | undefined, seen: T): T {
  return known && known.version > seen.version ? known : seen;
}
