import type { Route } from '../../functions/http/route.ts';

/** The HTTP method for each operation of a route. */
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

/** The operations for which a row has a handler. Every row has help, too. */
export function operationsOf(route: Route): OperationName[] {
  const operations = Object.keys(METHODS) as OperationName[];
  return operations.filter((operation) => operation !== 'help' && route[operation]);
}
