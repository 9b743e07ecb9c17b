/** The service as an OpenAPI 3.1 document, built from the rows that serve requests (contract §10). */

import type { Engine } from '../engines/engine.ts';
import type { Api } from '../gateway/api.ts';
import { type Call, type Route, route } from '../http/route.ts';
import { VAULT_VERSION } from '../http/version.ts';
import { authorizeBesides } from '../policies/acl.ts';
import { COMPONENTS, TOKEN_NEEDED } from './openapiComponents.ts';
import { operationsOf } from './openapiOperations.ts';

/** What a document describes. */
type Described = Pick<Api, 'builtin' | 'engines'>;

/** A row with the path that clients use; the row of an engine has the mount in front. */
interface Place {
  route: Route;
  path: string;
  tag: string;
}

/**
 * The endpoint that serves the document.
 * @param described is called with each request: this row is itself part of what is described
 */
export function openapiRoute(described: () => Described): Route {
  return route({
    path: 'sys/internal/specs/openapi',
    open: 'optional',
    plain: true,
    answers: { read: 'map' },
    read: async (call) => ({ plain: openapiDocument(mayRead(call) ? described() : NOTHING, call.prefix) }),
  });
}

const NOTHING: Described = { builtin: [], engines: {} };

/** The frame of the document is for everybody, its paths for those whose policies allow the request. */
function mayRead({ caller, namespace, path }: Call): boolean {
  if (!caller) return false;
  return authorizeBesides(caller.acl, { operation: 'read', path: namespace.path + path }).allowed;
}

/**
 * The document. Of rows with the same path the first one counts, as it does for requests.
 * @param prefix what clients write before `/v1/`
 */
export function openapiDocument({ builtin, engines }: Described, prefix: string): Record<string, unknown> {
  const rows = [...builtin.map(builtinPlace), ...Object.values(engines).flatMap(enginePlaces)];
  const paths: Record<string, unknown> = {};
  for (const place of [...rows, ...rows.flatMap(withoutRest)])
    paths[templateOf(place.path)] ??= itemOf(place);
  return {
    openapi: '3.1.0',
    info: { title: 'Remount', description: DESCRIPTION, version: VAULT_VERSION },
    servers: [{ url: `${prefix}/v1` }],
    security: TOKEN_NEEDED,
    paths,
    components: COMPONENTS,
  };
}

const DESCRIPTION =
  'Mount migrations with the API of Vault. A namespace is named by its header, or by its path in front of any path here.';

function builtinPlace(route: Route): Place {
  return { route, path: route.path, tag: route.path.split('/')[0] ?? '' };
}

/** A mount can have any path, so the paths of an engine begin with a parameter; each type has its own. */
function enginePlaces({ type, kind, routes, variants = [{}] }: Engine): Place[] {
  const mount = `${kind === 'auth' ? 'auth/' : ''}:${type}_mount_path*`;
  return variants.flatMap(routes).map((route) => ({ route, path: `${mount}/${route.path}`, tag: type }));
}

/** The rest of a path may be empty, but a parameter may not: a second path without the parameter covers that. */
function withoutRest(place: Place): Place[] {
  const bare = place.path.replace(/\/:\w+\*$/, '');
  return bare === place.path ? [] : [{ ...place, path: bare }];
}

function templateOf(path: string): string {
  return `/${path.replace(/:(\w+)[*+]?/g, '{$1}')}`;
}

function itemOf(place: Place): Record<string, unknown> {
  const { sudo, open } = place.route;
  return {
    ...(sudo && { 'x-vault-sudo': true }),
    ...(open && { 'x-vault-unauthenticated': true }),
    parameters: parametersOf(place.path),
    ...operationsOf(place),
  };
}

function parametersOf(path: string): Record<string, unknown>[] {
  const inPath = [...path.matchAll(/:(\w+)([*+]?)/g)].map(([, name, rest]) => ({
    name,
    in: 'path',
    required: true,
    ...(rest && { description: 'May contain slashes.' }),
    schema: { type: 'string' },
  }));
  const inHeader = Object.keys(COMPONENTS.parameters).map((name) => ({
    $ref: `#/components/parameters/${name}`,
  }));
  return [...inPath, ...inHeader];
}
