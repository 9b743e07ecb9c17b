/** The service as an OpenAPI 3.1 document, made of the rows that serve requests (contract §10). */

import type { Engine } from '../engines/engine.ts';
import type { Api } from '../gateway/api.ts';
import type { Route } from '../http/route.ts';
import { VERSION } from '../http/version.ts';
import { COMPONENTS, TOKEN_NEEDED } from './openapiComponents.ts';
import { operationsOf } from './openapiOperations.ts';

/** What a document tells of. */
export type Described = Pick<Api, 'builtin' | 'engines'>;

/** A row at the path where clients find it, with the mount in front if it is one of an engine. */
interface Place {
  route: Route;
  path: string;
  tag: string;
}

/** Of rows with the same path the first counts, as it does for requests. */
export function openapiDocument({ builtin, engines }: Described): Record<string, unknown> {
  const rows = [...builtin.map(builtinPlace), ...Object.values(engines).flatMap(enginePlaces)];
  const paths: Record<string, unknown> = {};
  for (const place of [...rows, ...rows.flatMap(withoutRest)])
    paths[templateOf(place.path)] ??= itemOf(place);
  return {
    openapi: '3.1.0',
    info: { title: 'Remount', description: DESCRIPTION, version: VERSION },
    servers: [{ url: '/v1' }],
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

/** Mounts can be anywhere, so their paths begin with a parameter that each type has for itself. */
function enginePlaces({ type, kind, routes, variants = [{}] }: Engine): Place[] {
  const mount = `${kind === 'auth' ? 'auth/' : ''}:${type}_mount_path*`;
  return variants.flatMap(routes).map((route) => ({ route, path: `${mount}/${route.path}`, tag: type }));
}

/** The rest of a path may be empty, which a parameter may not: the path without it stands for that. */
function withoutRest(place: Place): Place[] {
  const bare = place.path.replace(/\/:\w+\*$/, '');
  return bare === place.path ? [] : [{ ...place, path: bare }];
}

function templateOf(path: string): string {
  return `/${path.replace(/:(\w+)\*?/g, '{$1}')}`;
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
  const inPath = [...path.matchAll(/:(\w+)(\*?)/g)].map(([, name, rest]) => ({
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
