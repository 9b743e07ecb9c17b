/**
 * The way of a request, top to bottom: read, located, authenticated, authorised, handled, rendered (contract §2.2).
 */

import type { Engine } from '../engines/engine.ts';
import { type Location, locate } from '../mounts/locate.ts';
import { MountMoved } from '../mounts/mountMoved.ts';
import { builtinPath } from '../mounts/path.ts';
import { authorize } from '../policies/acl.ts';
import type { Deps } from '../ports/deps.ts';
import { StoreBusy } from '../ports/store.ts';
import { authenticate, type Caller, countUse, readToken } from '../tokens/caller.ts';
import { atHome } from '../tokens/home.ts';
import { type Asked, readRequest } from './door.ts';
import { render, renderErrors } from './envelope.ts';
import {
  namespaceNotFound,
  namespaceTainted,
  noHandler,
  notAuthorized,
  refusal,
  silent,
  tryAgain,
  unsupportedOperation,
  unsupportedPath,
  VaultError,
} from './errors.ts';
import { readFields, unknownFields } from './fields.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { NothingToSay } from './readPath.ts';
import {
  type Call,
  type Handler,
  handlerOf,
  isWrite,
  type Match,
  matchRoute,
  type Reply,
  type Route,
} from './route.ts';

/** What one function serves. */
export interface Api {
  /** Routes of the built-in mounts, relative to a namespace. */
  builtin: readonly Route[];
  engines: Readonly<Record<string, Engine>>;
  /** A function that only reads does not count uses of a token either. */
  readOnly?: boolean;
}

/** How often a request is begun anew when its mount moved under it. */
const MAX_TRIES = 4;

/** Serves one request; whatever happens, an answer comes out, and an audit line. */
export async function handle(http: HttpRequest, api: Api, deps: Deps): Promise<HttpResponse> {
  const audit: Audit = {
    request_id: deps.ids.uuid(),
    gateway_request_id: http.id,
    remote_address: http.sourceIp,
  };
  const response = await answer(http, api, deps, audit);
  deps.log.info('request', { ...audit, method: http.method, status: response.status });
  const namespace = http.headers['x-vault-namespace'];
  if (namespace && isHeaderSafe(namespace))
    response.headers = { ...response.headers, 'X-Vault-Namespace': namespace };
  return response;
}

/** Who, what and where; values never (design §8). */
interface Audit {
  request_id: string;
  gateway_request_id: string;
  remote_address: string;
  operation?: string;
  namespace?: string;
  mount_accessor?: string;
  route?: string;
  accessor?: string;
  display_name?: string;
}

async function answer(http: HttpRequest, api: Api, deps: Deps, audit: Audit): Promise<HttpResponse> {
  try {
    const asked = readRequest(http);
    for (let attempt = 1; ; attempt++) {
      try {
        const reply = await serve(http, asked, api, deps, audit);
        return render(reply, audit.request_id, asked.path);
      } catch (error) {
        if (!(error instanceof MountMoved) || attempt === MAX_TRIES) throw error;
      }
    }
  } catch (error) {
    return renderError(error, deps);
  }
}

async function serve(
  http: HttpRequest,
  asked: Asked,
  api: Api,
  deps: Deps,
  audit: Audit,
): Promise<Reply | undefined> {
  const [located, token] = await Promise.all([
    locate(deps.store, asked.headerNamespace + asked.path),
    asked.token === undefined ? undefined : readToken(deps, asked.token),
  ]);
  if (!located.namespace.path.startsWith(asked.headerNamespace)) throw namespaceNotFound();
  const location = await atHome(deps.store, located, token, asked.raw.token);
  const { namespace, path, mount } = location;
  if (isWrite(asked.operation) && path.endsWith('/')) throw refusal("cannot write to a path ending in '/'");
  if (namespace.deleting) throw namespaceTainted(path, namespace.path);

  const match = findRoute(location, api);
  Object.assign(audit, {
    operation: asked.operation,
    namespace: namespace.path,
    ...(mount ? { mount_accessor: mount.accessor } : {}),
    ...(match ? { route: match.route.path } : {}),
  });
  const call: Call = {
    deps,
    id: audit.request_id,
    operation: asked.operation,
    namespace,
    path,
    params: match?.params ?? {},
    fields: {},
    raw: asked.raw,
    ...(mount ? { mount } : {}),
    sourceIp: http.sourceIp,
    query: http.query,
    headers: http.headers,
  };
  const open = match?.route.open ?? false;
  if (match && (open === true || (open && asked.token === undefined))) return run(match, call);

  const caller = await authenticate(deps, token, namespace, http.sourceIp);
  Object.assign(audit, { accessor: caller.token.accessor, display_name: caller.token.displayName });
  if (match && open) return run(match, { ...call, caller });
  if (!api.readOnly) await countUse(deps, caller.token);
  call.caller = caller;
  await authorizeCall(call, caller, match);
  if (!match) throw mount || builtinPath(path) ? unsupportedPath() : noHandler(path);
  return run(match, call);
}

function findRoute({ path, mount }: Location, { builtin, engines }: Api): Match | undefined {
  if (!mount) return matchRoute(builtin, path);
  const routes = engines[mount.type]?.routes(mount.options) ?? [];
  return matchRoute(routes, path.slice(mount.path.length));
}

/** The policy check: the capability of the operation, and `sudo` where the route asks for it (contract §5.3). */
async function authorizeCall(call: Call, { acl, token }: Caller, match: Match | undefined): Promise<void> {
  const { namespace, path } = call;
  if (match?.route.exists && call.operation === 'update' && !token.policies.includes('root')) {
    if (!(await match.route.exists(call))) call.operation = 'create';
  }
  const { operation, raw } = call;
  const verdict = authorize(acl, { operation, path: namespace.path + path, parameters: raw });
  if (!verdict.allowed || (match?.route.sudo && !verdict.sudo)) throw notAuthorized();
}

async function run(match: Match, call: Call): Promise<Reply | undefined> {
  const handler = handlerOf(match.route, call.operation);
  if (!handler) throw unsupportedOperation();
  const filled = fill(match, call);
  const reply = await (handler as Handler)(filled);
  if (!reply && (call.operation === 'read' || call.operation === 'list')) throw silent(404);
  return reply ? withWarnings(reply, ignoredFields(match.route, call)) : undefined;
}

function fill({ route }: Match, call: Call): Call {
  return { ...call, fields: readFields(route.fields ?? {}, call.raw) };
}

/** A warning for unknown fields, which only a response that has a body can carry (contract §2.4). */
function ignoredFields({ fields = {}, freeForm }: Route, { raw, operation }: Call): string[] {
  if (freeForm || operation === 'read' || operation === 'list' || operation === 'delete') return [];
  const unknown = unknownFields(fields, raw);
  return unknown.length > 0 ? [`Endpoint ignored these unrecognized parameters: [${unknown.join(' ')}]`] : [];
}

function withWarnings(reply: Reply, warnings: string[]): Reply {
  const hasBody = reply.data !== undefined || reply.auth !== undefined || reply.warnings !== undefined;
  if (warnings.length === 0 || !hasBody) return reply;
  return { ...reply, warnings: [...(reply.warnings ?? []), ...warnings] };
}

function renderError(error: unknown, deps: Deps): HttpResponse {
  if (error instanceof NothingToSay)
    return { status: error.status, headers: { 'Cache-Control': 'no-store' }, body: '' };
  if (error instanceof VaultError) return renderErrors(error.status, error.errors, error.headers);
  if (error instanceof StoreBusy || error instanceof MountMoved) return renderError(tryAgain(), deps);
  deps.log.error('unexpected error', { error: (error as Error).name, stack: frames(error) });
  return renderErrors(500, ['internal error']);
}

/** Where an error came from, without its message, which may quote what was sent (R9). */
function frames(error: unknown): string[] {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 10);
}

/** What may stand in a header; a front that decodes headers could let more through. */
function isHeaderSafe(value: string): boolean {
  return /^[\x20-\x7e]*$/.test(value);
}
