/**
 * What a credential descends from, and whether all of that is current (architecture §4).
 *
 * A credential is stamped with the generations of its mounts at the time it was issued, and with the tokens above it.
 * It is valid only while each of those generations is current and each of those tokens is valid. So the one write of a
 * switch invalidates everything that the mount has issued, whether ten leases or a million.
 */

import type { Item, Ref, Store } from '../ports/store.ts';
import { generationKey, tokenKey } from '../store/keys.ts';
import { isDoor } from '../tree/alias.ts';
import type { Issuer } from '../tree/generation.ts';

export interface Lineage {
  /** Mount uuid → its generation when the credential was issued. */
  mounts: Record<string, number>;
  /** Hashes of the tokens above, outermost first. */
  tokens: string[];
  /**
   * Epoch milliseconds at which the credential was issued. A token above that was created later is a different token
   * with the same id: a chosen id may be chosen again after the first token is deleted.
   */
  since?: number;
}

/**
 * The lineage of what a mount issues to a token: the token, everything the token depends on, and the mount. Of two
 * generations of one mount the older one is kept. Otherwise a token that a switch revoked could issue valid
 * credentials.
 * @param now epoch milliseconds
 */
export function descend(
  holder: { hash: string; lineage: Lineage; createdAt: number },
  issuer: Issuer,
  now: number,
): Lineage {
  const { mounts, tokens, since = 0 } = holder.lineage;
  const carried = mounts[issuer.mountUuid] ?? issuer.generation;
  return {
    mounts: { ...mounts, [issuer.mountUuid]: Math.min(carried, issuer.generation) },
    tokens: [...tokens, holder.hash],
    // Never before the holder: the clock that created it may have been ahead of this one.
    since: Math.max(now, holder.createdAt, since),
  };
}

/**
 * The lineage that remains when a token above is orphaned out of it. Of the mounts only the issuers of the credential
 * itself remain, and the alias that it was issued at: the tokens in between were issued by `auth/token`, which never moves. The lineage of the orphaned
 * token does not say which mounts to remove, because it may have changed before that of its children.
 * @param tokenHash of the token that is taken out, with all tokens above it
 * @returns nothing when that token is not in the lineage
 */
export function lineageBelow(lineage: Lineage, tokenHash: string, issuers: Issuer[]): Lineage | undefined {
  const at = lineage.tokens.indexOf(tokenHash);
  if (at === -1) return undefined;
  const own = issuers.map(({ mountUuid, generation }) => [mountUuid, generation] as const);
  const doors = Object.entries(lineage.mounts).filter(([uuid]) => isDoor(uuid));
  const below = { mounts: Object.fromEntries([...own, ...doors]), tokens: lineage.tokens.slice(at + 1) };
  return lineage.since === undefined ? below : { ...below, since: lineage.since };
}

/** The lineage of what is issued at an alias that leads into another namespace: it ends with the alias. */
export function throughDoor(lineage: Lineage, door: string | undefined): Lineage {
  return door === undefined ? lineage : { ...lineage, mounts: { ...lineage.mounts, [door]: 0 } };
}

/** What has to be read to check a lineage. */
export function lineageRefs({ mounts, tokens }: Lineage): Ref[] {
  return [...Object.keys(mounts).map(generationKey), ...tokens.map(tokenKey)];
}

/**
 * Whether every generation is current and every token above is valid.
 * @param found the items at `lineageRefs`, in their order
 * @param now epoch milliseconds
 */
export function isCurrent(lineage: Lineage, found: (Item | undefined)[], now: number): boolean {
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

/** Reads what a lineage depends on and checks it; for callers that have nothing else to read. */
export async function stillCurrent(store: Store, lineage: Lineage, now: number): Promise<boolean> {
  const refs = lineageRefs(lineage);
  return refs.length === 0 || isCurrent(lineage, await store.getMany(refs), now);
}

interface Mortal {
  revoked?: unknown;
  /** Epoch milliseconds. */
  expiresAt?: unknown;
  /** Of a token whose uses are limited. */
  usesLeft?: unknown;
}

/**
 * Whether a token, lease or other credential is not expired, revoked or used up. Its lineage is checked apart from
 * this.
 */
export function isAlive({ revoked, expiresAt, usesLeft }: Mortal, now: number): boolean {
  return revoked !== true && usesLeft !== 0 && (typeof expiresAt !== 'number' || now < expiresAt);
}
