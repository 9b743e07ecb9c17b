/** Lists the accessors of a namespace's tokens (contract §6). */

import { MAX_LISTED_LEASES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import { tokenKey } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { namespaceIdIn } from '../tree/findNamespace.ts';
import type { Namespace } from '../tree/namespace.ts';
import { isAuthPath } from '../tree/path.ts';
import { childPages, nonExpiringTokensOf } from './child.ts';
import { usableLeases } from './findLeases.ts';
import { type LeaseRange, leasePages, leaseRanges } from './leaseRanges.ts';
import { SHARDS } from './leaseShards.ts';
import { type Token, tokenOf } from './token.ts';
import { isValid } from './tokenValidity.ts';

export interface AccessorListing {
  accessors: string[];
  /** Whether the listing is incomplete, because it stops after `MAX_LISTED_LEASES` leases. */
  isTruncated: boolean;
}

/**
 * There is no index of accessors. Tokens are found by their leases; those that never expire have an index of their own.
 * Auth methods come first: any other mount has leases of tokens only where it has wrapped an answer. It
 * may have done so at an alias in another namespace: then the token is of that (R10).
 */
export async function listAccessors(deps: Deps, namespace: Namespace): Promise<AccessorListing> {
  const ranges = await leaseRanges(deps, namespace, '', true);
  const tokens = await nonExpiringTokens(deps, namespace);
  let count = 0;
  const addTokens = async (range: LeaseRange): Promise<void> => {
    for (const shard of SHARDS) {
      for await (const page of leasePages(deps.store, range, shard)) {
        if (count >= MAX_LISTED_LEASES) return;
        count += page.length;
        const own = page.filter(({ sk }) => namespaceIdIn(sk) === namespace.id);
        tokens.push(...(await tokensOf(deps, own)));
      }
    }
  };
  const { auth = [], other = [] } = Object.groupBy(ranges, ({ mountPath }) =>
    isAuthPath(mountPath) ? 'auth' : 'other',
  );
  await severalAtOnce(auth, addTokens);
  await severalAtOnce(other, addTokens);
  const shown = tokens.filter(({ type, retired }) => type === 'service' && !retired);
  // The leases of a mount with an alias in its own namespace are found at both.
  const accessors = new Set(shown.map(({ accessor }) => accessor));
  return { accessors: [...accessors].sort(), isTruncated: count >= MAX_LISTED_LEASES };
}

async function tokensOf(deps: Deps, page: Item[]): Promise<Token[]> {
  const leases = await usableLeases(deps, page);
  const ofTokens = leases.filter(({ kind }) => kind === 'token');
  const found = await deps.store.getMany(ofTokens.map(({ tokenHash }) => tokenKey(tokenHash)));
  return found.map(tokenOf).filter((token) => token !== undefined);
}

async function nonExpiringTokens(deps: Deps, { id }: Namespace): Promise<Token[]> {
  const valid: Token[] = [];
  for await (const page of childPages(deps.store, nonExpiringTokensOf(id))) {
    const refs = page.map(({ tokenHash }) => tokenKey(tokenHash as string));
    const tokens = (await deps.store.getMany(refs)).map(tokenOf).filter((token) => token !== undefined);
    const checked = await severalAtOnce(tokens, async (token) =>
      (await isValid(deps, token)) ? token : undefined,
    );
    valid.push(...checked.filter((token) => token !== undefined));
  }
  return valid;
}
