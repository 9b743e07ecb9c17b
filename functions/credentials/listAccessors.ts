/** Lists the accessors of a namespace's tokens (contract §6). */

import { CHILD_SHARDS, MAX_LISTED_LEASES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import { childrenShard, tokenKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import type { Namespace } from '../tree/namespace.ts';
import { endlessTokensOf } from './child.ts';
import { hasNotEnded } from './findToken.ts';
import { leasePages, leaseRanges } from './leaseRanges.ts';
import { SHARDS } from './shards.ts';
import { type Token, tokenOf } from './token.ts';
import { usableLeases } from './usableLeases.ts';

export interface AccessorListing {
  accessors: string[];
  /** Whether there may be more; so many leases were looked at that the listing ends here. */
  isCut: boolean;
}

/**
 * No index lists accessors: tokens are found by their leases, which their mounts hold, and those without an end by
 * the entry made for this.
 */
export async function listAccessors(deps: Deps, namespace: Namespace): Promise<AccessorListing> {
  const ranges = await leaseRanges(deps.store, namespace, 'auth/');
  const endless = await endlessTokens(deps, namespace);
  const tokens = [...endless];
  let looked = 0;
  await severalAtOnce(ranges, async (range) => {
    for (const shard of SHARDS) {
      for await (const page of leasePages(deps.store, range, shard)) {
        if (looked >= MAX_LISTED_LEASES) return;
        looked += page.length;
        tokens.push(...(await tokensOf(deps, page)));
      }
    }
  });
  const shown = tokens.filter(({ type, retired }) => type === 'service' && !retired);
  return { accessors: shown.map(({ accessor }) => accessor).sort(), isCut: looked >= MAX_LISTED_LEASES };
}

async function tokensOf(deps: Deps, page: Item[]): Promise<Token[]> {
  const leases = await usableLeases(deps, page);
  const ofTokens = leases.filter(({ kind }) => kind === 'token');
  const found = await deps.store.getMany(ofTokens.map(({ tokenHash }) => tokenKey(tokenHash)));
  return found.map(tokenOf).filter((token) => token !== undefined);
}

async function endlessTokens(deps: Deps, { id }: Namespace): Promise<Token[]> {
  const shards = Array.from({ length: CHILD_SHARDS }, (_, shard) =>
    childrenShard(endlessTokensOf(id), shard),
  );
  const entries = await Promise.all(shards.map((pk) => deps.store.query({ table: 'access', pk })));
  const refs = entries.flat().map(({ tokenHash }) => tokenKey(tokenHash as string));
  const tokens = (await deps.store.getMany(refs)).map(tokenOf).filter((token) => token !== undefined);
  const good = await severalAtOnce(tokens, async (token) =>
    (await hasNotEnded(deps, token)) ? token : undefined,
  );
  return good.filter((token) => token !== undefined);
}
