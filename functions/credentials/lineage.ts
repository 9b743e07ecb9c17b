/**
 * What a credential descends from, and whether that still stands (architecture §4).
 *
 * A credential carries the generation its mounts had when it was issued, and the tokens it hangs on. It is usable
 * only while each of those mounts is still in that generation and each of those tokens lives. This one rule cuts off
 * everything a mount has issued at the instant of the switch, be it ten leases or a million.
 */

import type { Item, Ref, Store } from '../ports/store.ts';
import { generationKey, tokenKey } from '../store/keys.ts';

export interface Lineage {
  /** Mount uuid → the generation it had when the credential was issued. */
  mounts: Record<string, number>;
  /** Hashes of the tokens above, outermost first. */
  tokens: string[];
  /**
   * Epoch milliseconds at which it was issued. A token above that was created later is another one of the same
   * name, for a chosen id may be chosen again when the first is gone.
   */
  since?: number;
}

/**
 * The lineage of what a mount issues to a token: all that the token hangs on, the token itself, and the mount. Of
 * two generations of one mount the older counts, or a token cut off by a switch could issue past it.
 * @param now epoch milliseconds
 */
export function descend(
  holder: { hash: string; lineage: Lineage; createdAt: number },
  issuer: { mountUuid: string; generation: number },
  now: number,
): Lineage {
  const { mounts, tokens, since = 0 } = holder.lineage;
  const carried = mounts[issuer.mountUuid] ?? issuer.generation;
  return {
    mounts: { ...mounts, [issuer.mountUuid]: Math.min(carried, issuer.generation) },
    tokens: [...tokens, holder.hash],
    // Never before the holder, whose clock may have been ahead.
    since: Math.max(now, holder.createdAt, since),
  };
}

/** What has to be read to judge a lineage. */
export function lineageRefs({ mounts, tokens }: Lineage): Ref[] {
  return [...Object.keys(mounts).map(generationKey), ...tokens.map(tokenKey)];
}

/**
 * @param found the items at `lineageRefs`, in their order
 * @param now epoch milliseconds
 */
export function stands(lineage: Lineage, found: (Item | undefined)[], now: number): boolean {
  const carried = Object.values(lineage.mounts);
  const generations = found.slice(0, carried.length);
  const parents = found.slice(carried.length, carried.length + lineage.tokens.length);
  return (
    carried.every(
      (generation, i) => generation >= ((generations[i]?.generation as number | undefined) ?? 0),
    ) &&
    parents.every(
      (parent) => parent !== undefined && isAlive(parent as Mortal, now) && isSame(parent, lineage),
    )
  );
}

function isSame({ createdAt }: Item, { since }: Lineage): boolean {
  return since === undefined || !((createdAt as number) > since);
}

/** Whether a lineage still stands; for those who have nothing else to read along with it. */
export async function stillValid(store: Store, lineage: Lineage, now: number): Promise<boolean> {
  const refs = lineageRefs(lineage);
  return refs.length === 0 || stands(lineage, await store.getMany(refs), now);
}

interface Mortal {
  revoked?: unknown;
  /** Epoch milliseconds. */
  expiresAt?: unknown;
  /** Of a token whose uses are limited. */
  usesLeft?: unknown;
}

/** Whether a token, lease or other credential has not expired, been revoked or used up. Its lineage is another matter. */
export function isAlive({ revoked, expiresAt, usesLeft }: Mortal, now: number): boolean {
  return revoked !== true && usesLeft !== 0 && (typeof expiresAt !== 'number' || now < expiresAt);
}
