/** What answers where version 2 has nothing: the roots of its paths, and every path of version 1. */

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

/** Any path that no other route has. */
export const invalidRoute = route({ path: ':path*', freeForm: true, ...everyOperation(invalidPath) });

/** The root of `data`, `metadata` and the like, where at most listing has a meaning. */
export function rootRoute<S extends Schema>(
  path: string,
  listing: Pick<RouteSpec<S>, 'fields' | 'query' | 'answers' | 'list' | 'scan'> = {},
): Route {
  const { list, scan, ...others } = everyOperation<S>(rootPath);
  return route({ path, freeForm: true, ...others, ...listing });
}

function everyOperation<S extends Schema>(handler: Handler<S>) {
  return { read: handler, list: handler, scan: handler, write: handler, patch: handler, delete: handler };
}

const COMMANDS: Record<Exclude<Operation, 'help'>, string> = {
  create: 'put',
  update: 'put',
  patch: 'patch',
  read: 'get',
  list: 'list',
  scan: 'scan',
  delete: 'delete',
};

async function invalidPath({ operation }: Pick<Call, 'operation'>): Promise<Reply> {
  return notFound(
    'Invalid path for a versioned K/V secrets engine. See the API docs for the appropriate API endpoints to use. ' +
      `If using the OpenBao CLI, use 'bao kv ${COMMANDS[operation as keyof typeof COMMANDS]}' for this operation.`,
  );
}

async function rootPath(): Promise<Reply> {
  return notFound('Non-listing operations on the root of a K/V v2 mount are not supported.');
}

function notFound(warning: string): Reply {
  return { status: 404, data: null, warnings: [warning] };
}
