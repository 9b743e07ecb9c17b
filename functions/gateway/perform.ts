/** One request, after it is read: located, authenticated, authorised, handled (contract §2.2). */

import { authenticate, type Caller, countUse } from '../credentials/caller.ts';
import {
  goQuote,
  notAuthorized,
  notJudged,
  refusal,
  silent,
  unsupportedOperation,
  unsupportedPath,
  VaultError,
} from '../http/errors.ts';
import { FIELD_PROBLEM, fieldWarnings, readFields } from '../http/fields.ts';
import { isWrite } from '../http/message.ts';
import {
  type Call,
  type Handler,
  handlerOf,
  helpOf,
  matchRoute,
  type Reply,
  type RouteMatch,
} from '../http/route.ts';
import { refuseStrange } from '../http/strangeFields.ts';
import { isWrappedEnough } from '../policies/acl.ts';
import { authorizeAll, judgedPaths } from '../policies/spellings.ts';
import type { Item } from '../ports/store.ts';
import { reachedAt, requireOpen, throughAlias } from '../tree/followAlias.ts';
import { type Location, missedOwner } from '../tree/locate.ts';
import { builtinPath } from '../tree/path.ts';
import type { Api, Visit } from './api.ts';
import { namesAsRead, pathAsRead } from './asRead.ts';
import { atAlias } from './atAlias.ts';
import { isOurs, sentToCluster } from './elsewhere.ts';
import { locateRequest } from './locateRequest.ts';
import { judgedByCluster, secondVerdict } from './secondVerdict.ts';

/**
 * Performs a request.
 * @returns nothing where the handler has nothing to say, which is 204
 * @throws VaultError for what is refused
 * @throws MountMoved when the mount was moved while the request was in flight
 */
export async function perform(visit: Visit): Promise<Reply | undefined> {
  const { location, prefetched } = await locateRequest(visit);
  return performAt(visit, location, prefetched);
}

async function performAt(
  visit: Visit,
  location: Location,
  prefetched: Item | undefined,
): Promise<Reply | undefined> {
  const { http, request, api, deps, audit } = visit;
  const { namespace, path, mount, alias } = location;
  if (deps.cluster && !isOurs(path)) throw sentToCluster(deps.cluster, http);
  if (isWrite(request.operation) && path.endsWith('/')) throw refusal("cannot write to a path ending in '/'");

  const match = request.isText ? findRoute(location, api) : undefined;
  Object.assign(audit, {
    operation: request.operation,
    namespace: namespace.path,
    ...(mount ? { mount_accessor: mount.accessor } : {}),
    ...(alias ? { alias: alias.migrationId } : {}),
    ...(match ? { route: match.route.path } : {}),
  });
  const call = callOf(visit, location, match, prefetched);
  await match?.route.before?.(call);
  const open = match?.route.open ?? false;
  const needsToken = !open || (open === 'optional' && request.token !== undefined && isServed(match, call));
  // Help is for everybody, and so tells nothing of where an alias leads.
  const isHelp = request.operation === 'help';
  if (match && open && !isHelp) requireOpen(location);
  if (match && !needsToken) return runOpen(api, match, await withNames(match, call));

  const caller = await authenticate(deps, await visit.token, namespace, call.sourceIp);
  Object.assign(audit, { accessor: caller.token.accessor, display_name: caller.token.displayName });
  if (match && open) return runOpen(api, match, await withNames(match, { ...call, caller }));
  const missed = mount ? undefined : await missedOwner(deps.store, location);
  const found = missed && (await throughAlias(deps, { ...location, ...missed }));
  if (found?.mount) return performAt(visit, found, prefetched);
  const isUncounted = api.readOnly || visit.isUseCounted || match?.route.usesUp?.(call);
  if (!isUncounted) await countUse(deps, caller.token);
  visit.isUseCounted = true;
  call.caller = { ...caller, ...judgedByCluster(deps, request.token) };
  const named = match ? await withNames(match, call) : call;
  await authorizeCall(named, caller, match, request.token);
  if (!isHelp) requireOpen(location);
  if (!match) throw notRouted(location, request.isText);
  return atAlias(named, () => run(api, match, named));
}

function findRoute({ path, mount, alias }: Location, { builtin, engines }: Api): RouteMatch | undefined {
  if (!mount) return matchRoute(builtin, path);
  const routes = engines[mount.type]?.routes(mount.options) ?? [];
  return matchRoute(routes, path.slice(reachedAt({ mount, alias }).length));
}

function isServed(match: RouteMatch | undefined, { operation }: Call): boolean {
  return operation === 'help' || (match !== undefined && handlerOf(match.route, operation) !== undefined);
}

function notRouted({ path, mount }: Location, isText: boolean): VaultError {
  if (mount || builtinPath(path)) return isText ? unsupportedPath() : silent(404);
  return new VaultError(404, [`no handler for route ${goQuote(path)}. route entry not found.`]);
}

function callOf(
  { http, request, api, deps, audit }: Visit,
  location: Location,
  match: RouteMatch | undefined,
  prefetched: Item | undefined,
): Call {
  const { namespace, path, mount, alias } = location;
  return {
    deps,
    id: audit.request_id,
    operation: request.operation,
    namespace,
    path,
    params: match?.params ?? {},
    fields: {},
    raw: request.raw,
    sudo: false,
    types: api.engines,
    ...(mount ? { mount } : {}),
    ...(alias ? { alias } : {}),
    ...(prefetched ? { prefetched } : {}),
    wrapTtl: request.wrapTtl,
    sourceIp: http.sourceIp,
    prefix: http.prefix,
    query: http.query,
    headers: http.headers,
  };
}

async function withNames(match: RouteMatch, call: Call): Promise<Call> {
  return { ...call, params: await namesAsRead(match, call) };
}

/**
 * The policy check: the capability of the operation, and `sudo` where the route demands it (contract §5.3). A policy
 * may also demand a wrapped answer (contract §5.2) and limit the pages of a list; it does so in `call.raw`.
 * @throws VaultError 403
 */
async function authorizeCall(
  call: Call,
  { acl, token }: Caller,
  match: RouteMatch | undefined,
  secret: string | undefined,
): Promise<void> {
  const { namespace, path } = call;
  if (match?.route.exists && call.operation === 'update' && !token.policies.includes('root')) {
    if (!(await match.route.exists(call))) call.operation = 'create';
  }
  const { operation, raw, wrapTtl } = call;
  const read = match ? pathAsRead(match, call) : path;
  const paths = judgedPaths(acl, namespace.path + path, namespace.path + read);
  const synonyms = () => match?.route.synonyms?.(call) ?? [];
  const verdict = authorizeAll(acl, paths, {
    operation,
    parameters: raw,
    fields: match?.route.fields,
    synonyms,
  });
  if (verdict.unjudged !== undefined) throw notJudged(verdict.unjudged);
  if (!verdict.allowed) throw notAuthorized();
  const second = await secondVerdict(call, secret, paths);
  call.sudo = verdict.sudo && second.sudo;
  if (!second.allowed || (match?.route.sudo && !call.sudo)) throw notAuthorized();
  if (operation !== 'help' && !isWrappedEnough(verdict, wrapTtl)) throw notAuthorized();
  if (verdict.pageLimit !== undefined) call.raw = { ...raw, limit: verdict.pageLimit };
}

async function runOpen(api: Api, match: RouteMatch, call: Call): Promise<Reply | undefined> {
  try {
    return await atAlias(call, () => run(api, match, call));
  } catch (error) {
    throw error instanceof VaultError ? error.bare() : error;
  }
}

async function run({ wrap }: Api, match: RouteMatch, call: Call): Promise<Reply | undefined> {
  if (call.operation === 'help') return helpOf(match.route);
  match.route.checkPath?.(call);
  const handler: Handler | undefined = handlerOf(match.route, call.operation);
  if (!handler) throw unsupportedOperation();
  if (isWrite(call.operation)) refuseStrange(match, call);
  const filled: Call = { ...call, fields: fieldsOf(match, call) };
  const answer = async (): Promise<Reply | undefined> => {
    const reply = (await handler(filled)) ?? nothingListed(call);
    return reply && withFieldWarnings(reply, match, call);
  };
  const reply = wrap && call.wrapTtl > 0 ? await wrap(filled, answer) : await answer();
  if (reply) return reply;
  if (isWrite(call.operation) || call.operation === 'delete') return undefined;
  throw silent(404);
}

/**
 * Vault reads the fields of a write once more where it finds out whether the item exists, and then says less.
 * @throws VaultError 400
 */
function fieldsOf({ route }: RouteMatch, { operation, raw }: Call): Call['fields'] {
  try {
    return readFields(route.fields ?? {}, raw);
  } catch (error) {
    const isEarly = route.exists && (operation === 'create' || operation === 'update');
    throw isEarly && error instanceof VaultError ? refusal(error.message.replace(FIELD_PROBLEM, '')) : error;
  }
}

/**
 * A scan that finds nothing answers that, and an empty list is 404 (contract §2.2).
 * @throws VaultError 404 with a text for an empty list that is to be wrapped
 */
function nothingListed({ operation, wrapTtl }: Call): Reply | undefined {
  if (operation === 'list' && wrapTtl > 0) throw new VaultError(404, ['unsupported path']);
  return operation === 'scan' ? { data: {} } : undefined;
}

/** Only an answer that has a body can carry warnings; fields of the query count like those of a body. */
function withFieldWarnings(reply: Reply, { route, params }: RouteMatch, { raw }: Call): Reply {
  const hasBody = reply.data !== undefined || reply.auth !== undefined || reply.warnings !== undefined;
  const warnings = fieldWarnings(route, params, raw);
  if (warnings.length === 0 || !hasBody) return reply;
  return { ...reply, warnings: [...(reply.warnings ?? []), ...warnings] };
}
