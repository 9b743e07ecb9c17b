/** Where a request belongs: which namespace serves it, which path and mount it means (contract §2.3, §6). */

import { readToken } from '../credentials/caller.ts';
import type { Token } from '../credentials/token.ts';
import { namespaceNotFound, notAuthenticated, VaultError } from '../http/errors.ts';
import { matchRoute, type Route } from '../http/route.ts';
import { MAX_MOUNT_DEPTH, MAX_NAMESPACE_DEPTH } from '../limits.ts';
import type { Item, Store } from '../ports/store.ts';
import { namespaceById, namespaceIdIn, namespaceWithin } from '../tree/findNamespace.ts';
import { throughAlias } from '../tree/followAlias.ts';
import { type Location, locate, locateSurely } from '../tree/locate.ts';
import { type Namespace, requireUnlocked } from '../tree/namespace.ts';
import type { Api, Visit } from './api.ts';

/**
 * Locates a request. The token and the prefetch are read at the same time. That a path has no mount is not confirmed yet,
 * unless it may be a path that needs no token: until the token is checked, nothing takes longer because a mount is missing.
 * @throws VaultError 404 for an unknown namespace, 503 in a locked one, 403 for a token that a cluster does not know
 */
export async function locateRequest(
  visit: Visit,
): Promise<{ location: Location; prefetched: Item | undefined }> {
  const { request, api, deps } = visit;
  if (request.token !== undefined) visit.token ??= readToken(deps, request.token);
  // A cluster is asked nothing for somebody whom it does not know.
  if (deps.cluster && !(await visit.token)) throw notAuthenticated();
  const [found, token, prefetched] = await Promise.all([
    locateOpen(deps.store, api, request.headerNamespace + request.path),
    visit.token,
    request.token === undefined ? undefined : api.prefetch?.(deps, request.path),
  ]);
  if (!found.namespace.path.startsWith(request.headerNamespace)) throw namespaceNotFound();
  refuseIfLocked(found);
  const located = await throughAlias(deps, found);
  const location = await inTokenNamespace(deps.store, located, token, request.raw.token);
  if (!REVOCATIONS.has(endpointOf(location))) refuseIfLocked(location);
  return { location, prefetched };
}

/**
 * As `locate`; surely where a mount may serve the path without a token. Whether there is such a mount is no secret: it
 * answers anybody.
 */
function locateOpen(store: Store, { engines }: Api, path: string): Promise<Location> {
  const open = openRows(engines);
  const slashes = [...path.matchAll(/\//g)].slice(0, MAX_MOUNT_DEPTH + MAX_NAMESPACE_DEPTH);
  const mayBeOpen = slashes.some(({ index }) => matchRoute(open, path.slice(index + 1)));
  return mayBeOpen ? locateSurely(store, path) : locate(store, path);
}

const OPEN_ROWS = new WeakMap<Api['engines'], readonly Route[]>();

/** The rows of all engines that need no token. They are the same for each request. */
function openRows(engines: Api['engines']): readonly Route[] {
  const found = OPEN_ROWS.get(engines);
  if (found) return found;
  const rows = Object.values(engines).flatMap(({ routes, variants = [{}] }) => variants.flatMap(routes));
  const open = rows.filter((row) => row.open);
  OPEN_ROWS.set(engines, open);
  return open;
}

/** A locked namespace serves nothing, with or without a token, except its unlocking (contract §2.3). */
function refuseIfLocked({ namespace, path }: Location): void {
  if (path !== 'sys/namespaces/api-lock/unlock') requireUnlocked(namespace);
}

/** What a token does with itself is served in the namespace of that token. */
const OF_THE_CALLER = new Set(['auth/token/lookup-self', 'auth/token/renew-self', 'auth/token/revoke-self']);

/** These mean the token in the field `token` or, without one, the token of the request. */
const OF_EITHER = new Set([
  'auth/token/lookup',
  'sys/wrapping/lookup',
  'sys/wrapping/unwrap',
  'sys/wrapping/rewrap',
]);

/** A namespace above a lock may revoke what is in it: a lock keeps nothing valid. */
const REVOCATIONS = new Set(['auth/token/revoke', 'auth/token/revoke-orphan', 'auth/token/revoke-self']);

/** These mean the token in the field `token`; its suffix is the id of its namespace. */
const OF_A_NAMED_TOKEN = new Set(['auth/token/renew', 'auth/token/revoke', 'auth/token/revoke-orphan']);

/** These take nothing but text for the name of a token (contract §6). */
const NAMES_A_TOKEN = new Set([...OF_A_NAMED_TOKEN, 'auth/token/lookup']);

/**
 * A request about one token is served in the namespace of that token, whichever it was sent to (contract §6). Policies
 * are judged there, too. A named token is found only in the namespace of the request and below (R10).
 * @param caller the token of the request, not judged yet
 * @param named the field `token` of the request
 */
async function inTokenNamespace(
  store: Store,
  location: Location,
  caller: Token | undefined,
  named: unknown,
): Promise<Location> {
  const namespace = await tokenNamespace(store, location, caller, named);
  return namespace && namespace.id !== location.namespace.id ? { namespace, path: location.path } : location;
}

async function tokenNamespace(
  store: Store,
  { namespace, path }: Location,
  caller: Token | undefined,
  named: unknown,
): Promise<Namespace | undefined> {
  const endpoint = endpointOf({ path });
  if (NAMES_A_TOKEN.has(endpoint) && named !== undefined && typeof named !== 'string') throw invalidToken();
  const isNamed = typeof named === 'string' && named !== '';
  const isEither = OF_EITHER.has(endpoint);
  if (isNamed && (isEither || OF_A_NAMED_TOKEN.has(endpoint)))
    return namespaceWithin(store, namespaceIdIn(named), namespace);
  if (!(isEither || OF_THE_CALLER.has(endpoint)) || !caller || caller.namespaceId === namespace.id)
    return undefined;
  return namespaceById(store, caller.namespaceId);
}

function endpointOf({ path }: Pick<Location, 'path'>): string {
  return path.replace(/\/$/, '');
}

/** Told before the token of the request is looked at. */
function invalidToken(): VaultError {
  return new VaultError(403, ['invalid token']);
}
