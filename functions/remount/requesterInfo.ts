/** Who asked for a migration, a bulk run or a schedule, as far as a reader may know it. Pure. */

import type { Call } from '../http/route.ts';
import type { Wire } from '../http/shape.ts';
import type { REQUESTER } from './answers.ts';
import type { Requester } from './migration.ts';

/** Who reads, by the path of the namespace of the token. Nobody without a token learns anything. */
export interface Reader {
  namespacePath: string;
}

/** Who operates the service reads its events, and may know everything. */
export const OPERATOR: Reader = { namespacePath: '' };

/** The reader of a request about migrations; all of these need a token. */
export function readerOf({ caller }: Pick<Call, 'caller'>): Reader {
  if (!caller) throw new Error('the route needs no token');
  return caller.token;
}

/**
 * The name and the accessor of a token are for the tokens of its own namespace, and of those above it (R10). Its namespace is
 * one that the reader sees anyway.
 */
export function requesterInfo(
  { displayName, accessor, namespace }: Requester,
  reader: Reader,
): Wire<typeof REQUESTER> {
  const isShown = mayKnow(reader, namespace);
  return {
    display_name: isShown ? displayName : '',
    accessor: isShown ? accessor : '',
    namespace,
  };
}

/** @param namespacePath what belongs to this namespace */
export function mayKnow(reader: Reader, namespacePath: string): boolean {
  return namespacePath.startsWith(reader.namespacePath);
}
