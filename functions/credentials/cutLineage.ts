/** Takes a token, and all above it, out of the lineage of what hangs on it (contract §6, `revoke-orphan`). */

import type { Deps } from '../ports/deps.ts';
import type { Expected, Ref, Store, Update } from '../ports/store.ts';
import { leaseKey, tokenKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { tokenIssuer } from '../tree/builtin.ts';
import type { Issuer } from '../tree/generation.ts';
import type { Lease } from './lease.ts';
import { leaseOf } from './lease.ts';
import { isAlive, type Lineage } from './lineage.ts';
import { type Token, tokenOf } from './token.ts';

/** The token that is taken out. */
export type Top = Pick<Token, 'hash'>;

/**
 * What is left of a lineage below a token. Of the mounts only those stay that issued the descendant itself: the tokens
 * between were issued by `auth/token`, which never moves. The lineage of the token that is taken out is no guide to what
 * goes, since one above may have been taken out of it already, and not yet of what is below.
 * @returns nothing when the token is not in the lineage
 */
export function lineageBelow(lineage: Lineage, top: Top, issuers: Issuer[]): Lineage | undefined {
  const at = lineage.tokens.indexOf(top.hash);
  if (at === -1) return undefined;
  const own = issuers.map(({ mountUuid, generation }) => [mountUuid, generation]);
  const below = { mounts: Object.fromEntries(own), tokens: lineage.tokens.slice(at + 1) };
  return lineage.since === undefined ? below : { ...below, since: lineage.since };
}

/**
 * Cuts one token and its lease. One that has ended stays as it is, for its lease may be gone before it.
 * @returns the token as it was, or nothing when it is gone or has ended
 */
export function cutToken(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  hash: string,
  top: Top,
): Promise<Token | undefined> {
  return retryContended(async () => {
    const token = tokenOf(await store.get(tokenKey(hash)));
    if (token && !isAlive(token, clock.now())) return undefined;
    const lineage = token && lineageBelow(token.lineage, top, [tokenIssuer({ id: token.namespaceId })]);
    if (!lineage) return token;
    const refs = [
      tokenKey(hash),
      ...(token.lease ? [leaseKey(token.lease.mountUuid, token.lease.path)] : []),
    ];
    const isOrphan = lineage.tokens.length === 0;
    await store.commit(
      refs.map((ref, i): Update => {
        const set = i === 0 && isOrphan ? { lineage, orphan: true } : { lineage };
        return cut(ref, set, token.cuts);
      }),
    );
    return token;
  });
}

/** Cuts one lease that a token holds, and what ends with it. */
export function cutLease(store: Store, ref: Ref, holder: Token, top: Top): Promise<void> {
  return retryContended(async () => {
    const item = await store.get(ref);
    const lease: Lease | undefined = item && leaseOf(item);
    const lineage =
      lease && lineageBelow(lease.lineage, top, [tokenIssuer({ id: holder.namespaceId }), lease]);
    if (!lineage) return;
    const owned = await store.getMany(lease.owns);
    const carriers = lease.owns.filter((_, i) => owned[i]?.lineage !== undefined);
    await store.commit([
      cut(ref, { lineage }, lease.cuts),
      ...carriers.map(
        (own): Update => ({ update: own, set: { lineage }, if: { lineage: { present: true } } }),
      ),
    ]);
  });
}

/** Two that cut the same lineage at different places must see each other: the second begins anew. */
function cut(ref: Ref, set: Record<string, unknown>, cuts: number | undefined): Update {
  const guard: Expected = { lineage: { present: true }, cuts: cuts ?? { absent: true } };
  return { update: ref, set, add: { cuts: 1 }, if: guard };
}
