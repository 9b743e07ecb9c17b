/** Requests about one token are served in the namespace of that token, whichever they were sent to (contract §6). */

import type { Store } from '../ports/store.ts';
import { namespaceById, namespaceIdIn, namespaceWithin } from '../tree/findNamespace.ts';
import type { Location } from '../tree/locate.ts';
import type { Token } from './token.ts';

/** What a token does with itself has no meaning anywhere but in its own namespace. */
const OF_THE_CALLER = new Set(['auth/token/lookup-self', 'auth/token/renew-self', 'auth/token/revoke-self']);

/** These name a token or, for want of one, mean the one that asks. */
const OF_EITHER = new Set([
  'auth/token/lookup',
  'sys/wrapping/lookup',
  'sys/wrapping/unwrap',
  'sys/wrapping/rewrap',
]);

/** The token that these name says by its suffix where it belongs. */
const OF_A_TOKEN = new Set(['auth/token/renew', 'auth/token/revoke', 'auth/token/revoke-orphan']);

/**
 * Policies are judged there, too. Out of the namespace that was asked a named token leads only downwards (R10).
 * @param caller the token that asks, not judged yet
 * @param named the `token` field of the request
 */
export async function atHome(
  store: Store,
  location: Location,
  caller: Token | undefined,
  named: unknown,
): Promise<Location> {
  const home = await homeOf(store, location, caller, named);
  return home && home.id !== location.namespace.id ? { namespace: home, path: location.path } : location;
}

async function homeOf(
  store: Store,
  { namespace, path }: Location,
  caller: Token | undefined,
  named: unknown,
) {
  const asked = path.replace(/\/$/, '');
  const isNamed = typeof named === 'string' && named !== '';
  const isEither = OF_EITHER.has(asked);
  if (isNamed && (isEither || OF_A_TOKEN.has(asked)))
    return namespaceWithin(store, namespaceIdIn(named), namespace);
  if (!(isEither || OF_THE_CALLER.has(asked)) || !caller || caller.namespaceId === namespace.id)
    return undefined;
  return namespaceById(store, caller.namespaceId);
}
