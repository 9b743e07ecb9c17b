/**
 * One request, after it is read: located, authenticated, authorised, handled (contract §2.2).
 */

import { authenticate, type Caller, countUse, readToken } from '../credentials/caller.ts';
import { atHome } from '../credentials/home.ts';
import type { Token } from '../credentials/token.ts';
import {
  namespaceLocked,
  namespaceNotFound,
  namespaceTainted,
  noHandler,
  notAuthorized,
  refusal,
  silent,
  unsupportedOperation,
  unsupportedPath,
} from '../http/errors.ts';
import { readFields } from '../http/fields.ts';
import { type HttpRequest, isWrite, type Operation } from '../http/message.ts';
import { type Call, type Handler, handlerOf, type Match, matchRoute, type Reply } from '../http/route.ts';
import { withFieldWarnings } from '../http/warnings.ts';
import { SETTLE_MS } from '../limits.ts';
import { authorize } from '../policies/acl.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import { type Location, locate } from '../tree/locate.ts';
import { builtinPath } from '../tree/path.ts';
import type { Api, Audit } from './api.ts';
import type { Asked } from './door.ts';
import { helpOf } from './help.ts';
import { isWrappedEnough } from './wrapTtl.ts';

/** A request on its way; when its mount moves under it, it is performed again. */
export interface Visit {
  http: HttpRequest;
  asked: Asked;
  api: Api;
  deps: Deps;
  audit: Audit;
  /** Read once, and a use of it counted once, however often the request is performed. */
  token?: Promise<Token | undefined>;
  counted?: boolean;
  ahead?: Item | undefined;
}

/**
 * @throws VaultError for what is refused
 * @throws MountMoved when the mount left while the request was on its way
 */
export async function perform(visit: Visit): Promise<Reply | undefined> {
  const { asked, api, deps, audit } = visit;
  const location = await findPlace(visit);
  const { namespace, path, mount } = location;
  if (isWrite(asked.operation) && path.endsWith('/')) throw refusal("cannot write to a path ending in '/'");
  if (namespace.deleting) throw namespaceTainted(path, namespace.path);

  const match = findRoute(location, api, asked.operation);
  Object.assign(audit, {
    operation: asked.operation,
    namespace: namespace.path,
    ...(mount ? { mount_accessor: mount.accessor } : {}),
    ...(match ? { route: match.route.path } : {}),
  });
  const call = callOf(visit, location, match);
  await match?.route.before?.(call);
  const open = match?.route.open ?? false;
  if (match && (open === true || (open && asked.token === undefined))) return run(api, match, call);

  const caller = await authenticate(deps, await visit.token, namespace, call.sourceIp);
  Object.assign(audit, { accessor: caller.token.accessor, display_name: caller.token.displayName });
  if (match && open) return run(api, match, { ...call, caller });
  const isCounted = api.readOnly || visit.counted || match?.route.usesUp?.(call);
  if (!isCounted) await countUse(deps, caller.token);
  visit.counted = true;
  call.caller = caller;
  await authorizeCall(call, caller, match);
  if (!match) throw mount || builtinPath(path) ? unsupportedPath() : noHandler(path);
  return run(api, match, call);
}

/** Where the request belongs; the token, and what the function reads ahead, are read at the same time. */
async function findPlace(visit: Visit): Promise<Location> {
  const { asked, api, deps } = visit;
  if (asked.token !== undefined) visit.token ??= readToken(deps, asked.token);
  const [located, token, ahead] = await Promise.all([
    locatePatiently(deps, asked.headerNamespace + asked.path),
    visit.token,
    asked.token === undefined ? undefined : api.ahead?.(deps, asked.path),
  ]);
  visit.ahead = ahead;
  if (!located.namespace.path.startsWith(asked.headerNamespace)) throw namespaceNotFound();
  refuseIfLocked(located);
  const place = await atHome(deps.store, located, token, asked.raw.token);
  refuseIfLocked(place);
  return place;
}

/** In a locked namespace nothing is served, with a token or without, but its unlocking (contract §2.3). */
function refuseIfLocked({ namespace: { lockedAt }, path }: Location): void {
  if (lockedAt !== undefined && path !== 'sys/namespaces/api-lock/unlock') throw namespaceLocked(lockedAt);
}

function callOf(
  { http, asked, api, deps, audit, ahead }: Visit,
  location: Location,
  match: Match | undefined,
): Call {
  const { namespace, path, mount } = location;
  return {
    deps,
    id: audit.request_id,
    operation: asked.operation,
    namespace,
    path,
    params: match?.params ?? {},
    fields: {},
    raw: asked.raw,
    sudo: false,
    types: api.engines,
    ...(mount ? { mount } : {}),
    ...(ahead ? { ahead } : {}),
    wrapTtl: asked.wrapTtl,
    sourceIp: http.sourceIp,
    query: http.query,
    headers: http.headers,
  };
}

/**
 * Finds the owner of a path. That there is none is believed only at the second look: a query may be served in the
 * middle of a transaction, when a mount has left one place and is not yet seen at the other (R2).
 */
async function locatePatiently({ store, clock }: Deps, path: string): Promise<Location> {
  const location = await locate(store, path);
  if (location.mount || builtinPath(location.path)) return location;
  await clock.sleep(SETTLE_MS);
  return locate(store, path);
}

function findRoute(
  { path, mount }: Location,
  { builtin, engines }: Api,
  operation: Operation,
): Match | undefined {
  if (!mount) return matchRoute(builtin, path, operation);
  const routes = engines[mount.type]?.routes(mount.options) ?? [];
  return matchRoute(routes, path.slice(mount.path.length), operation);
}

/** The policy check: the capability of the operation, and `sudo` where the route asks for it (contract §5.3). */
async function authorizeCall(call: Call, { acl, token }: Caller, match: Match | undefined): Promise<void> {
  const { namespace, path } = call;
  if (match?.route.exists && call.operation === 'update' && !token.policies.includes('root')) {
    if (!(await match.route.exists(call))) call.operation = 'create';
  }
  const { operation, raw, wrapTtl } = call;
  const verdict = authorize(acl, { operation, path: namespace.path + path, parameters: raw });
  call.sudo = verdict.sudo;
  if (!verdict.allowed || (match?.route.sudo && !call.sudo)) throw notAuthorized();
  if (operation !== 'help' && !isWrappedEnough(verdict, wrapTtl)) throw notAuthorized();
  if (verdict.pageLimit !== undefined) call.raw = { ...raw, limit: verdict.pageLimit };
}

async function run({ wrap }: Api, match: Match, call: Call): Promise<Reply | undefined> {
  if (call.operation === 'help') return helpOf(match.route);
  const handler = handlerOf(match.route, call.operation);
  if (!handler) throw unsupportedOperation();
  const filled = fill(match, call);
  const reply = (await (handler as Handler)(filled)) ?? emptyList(call);
  if (reply) {
    const told = withFieldWarnings(reply, match, call);
    return wrap && call.wrapTtl > 0 ? wrap(filled, told) : told;
  }
  if (isWrite(call.operation) || call.operation === 'delete') return undefined;
  throw silent(404);
}

/** A list of nothing is not found, unless it is asked for wrapped (contract §2.2). */
function emptyList({ operation, wrapTtl }: Call): Reply | undefined {
  const isList = operation === 'list' || operation === 'scan';
  return isList && wrapTtl > 0 ? { data: {} } : undefined;
}

function fill({ route }: Match, call: Call): Call {
  return { ...call, fields: readFields(route.fields ?? {}, call.raw) };
}
