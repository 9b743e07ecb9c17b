/** What a request asks for as its handler will read it, whatever spelling a client has sent (contract §5.3). */

import { type Call, pathOf, type RouteMatch } from '../http/route.ts';
import { reachedAt } from '../tree/followAlias.ts';

/** The names in the path as the route reads them. */
export async function namesAsRead({ route, params }: RouteMatch, call: Call): Promise<Call['params']> {
  const { names = {} } = route;
  const read = Object.entries(params).map(async ([name, sent]) => {
    // A path may end before a part of its pattern.
    return [name, sent === undefined ? sent : ((await names[name]?.(sent, call)) ?? sent)];
  });
  return Object.fromEntries(await Promise.all(read));
}

/** The path with these names, relative to the namespace. The path of a list always ends in a slash. */
export function pathAsRead({ route }: RouteMatch, { path, params, mount, alias, operation }: Call): string {
  const read = path.slice(0, mount ? reachedAt({ mount, alias }).length : 0) + pathOf(route, params);
  const isListed = operation === 'list' || operation === 'scan';
  return isListed && !read.endsWith('/') ? `${read}/` : read;
}
