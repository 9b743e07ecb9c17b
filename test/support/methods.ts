/** With which verb a client asks for each operation of a route. */
export const METHODS = {
  read: 'GET',
  list: 'LIST',
  scan: 'SCAN',
  write: 'POST',
  patch: 'PATCH',
  delete: 'DELETE',
} as const;

export type OperationName = keyof typeof METHODS;
