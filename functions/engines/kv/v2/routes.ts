/** The routes of version 2 of kv, in the order in which they are tried (contract §9.2). */

import type { Schema } from '../../../http/fields.ts';
import type { Operation } from '../../../http/message.ts';
import {
  type Call,
  type Handler,
  type Reply,
  type Route,
  type RouteSpec,
  route,
} from '../../../http/route.ts';
import { KEYS } from '../../../http/shape.ts';
import { configRoute } from './config.ts';
import { dataRoute } from './data.ts';
import { detailedMetadataRoute, LIST_FIELDS, LIST_QUERY, listSecrets, scanSecrets } from './listSecrets.ts';
import { metadataRoute } from './metadataRoute.ts';
import { subkeysRoute } from './readVersion.ts';
import { deleteRoute, destroyRoute, undeleteRoute } from './versionRoutes.ts';

export const v2Routes: readonly Route[] = [
  configRoute,
  rootRoute('data'),
  dataRoute,
  rootRoute('metadata', {
    fields: LIST_FIELDS,
    query: LIST_QUERY,
    answers: { read: null, list: KEYS, scan: KEYS },
    list: listSecrets,
    scan: scanSecrets,
  }),
  metadataRoute,
  detailedMetadataRoute,
  rootRoute('subkeys', {}, invalidPath),
  subkeysRoute,
  rootRoute('delete'),
  deleteRoute,
  rootRoute('undelete'),
  undeleteRoute,
  rootRoute('destroy'),
  destroyRoute,
  // Every other path, such as one of version 1.
  route({ path: ':path*', freeForm: true, ...everyOperation(invalidPath) }),
];

/** The root of `data`, `metadata` and the like. It serves no operation, or only those that list. */
function rootRoute<S extends Schema>(
  path: string,
  listing: Pick<RouteSpec<S>, 'fields' | 'query' | 'answers' | 'list' | 'scan'> = {},
  refuse: Handler<S> = rootPath,
): Route {
  const { list, scan, ...others } = everyOperation<S>(refuse);
  return route({ path, freeForm: true, ...others, ...listing });
}

function everyOperation<S extends Schema>(handler: Handler<S>) {
  return { read: handler, list: handler, scan: handler, write: handler, patch: handler, delete: handler };
}

async function invalidPath({ operation }: Pick<Call, 'operation'>): Promise<Reply> {
  return notFound(
    'Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. ' +
      `If using the OpenBao CLI, use 'bao kv ${commandOf(operation)}' for this operation.`,
  );
}

/** The subcommand of `bao kv` for an operation. */
function commandOf(operation: Operation): string {
  if (operation === 'read') return 'get';
  return operation === 'create' || operation === 'update' ? 'put' : operation;
}

async function rootPath(): Promise<Reply> {
  return notFound('Non-listing operations on the root of a K/V v2 mount are not supported.');
}

function notFound(warning: string): Reply {
  return { status: 404, data: null, warnings: [warning] };
}
