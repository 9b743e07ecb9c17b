/** The operations of the API. The door derives them from method and query; routes and policies name them (contract §2.1). */

export type Operation = 'read' | 'list' | 'scan' | 'create' | 'update' | 'patch' | 'delete' | 'help';

/** Whether an operation takes its fields from a body, and its path without a slash at the end. */
export function isWrite(operation: Operation): boolean {
  return operation === 'create' || operation === 'update' || operation === 'patch';
}
