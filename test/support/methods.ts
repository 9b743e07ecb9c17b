import type { Route } from '../../functions/http/route.ts';

/** With which verb a client asks for each operation of a route. */
export const METHODS = {
  read: 'GET',
  list: 'LIST',
  scan: 'SCAN',
  write: 'POST',
  patch: 'PATCH',
  delete: 'DELETE',
  help: 'HELP',
} as const;

export type OperationName = keyof typeof METHODS;

/** What a row has a handler for. Help is given for every row. */
export function operationsOf(route: Route): OperationName[] {
  const operations = Object.keys(METHODS) as OperationName[];
  return operations.filter((operation) => operation !== 'help' && route[operation]);
}
