/** Who asked for a migration, a bulk run or a schedule, as far as a reader may know it. Pure. */

import type { Call } from '../http/route.ts';
import type { Wire } from '../http/shape.ts';
import { type Acl, buildAcl } from '../policies/acl.ts';
import type { REQUESTER } from './answers.ts';
import type { Requester } from './migration.ts';

/** Who reads: the namespace of the token, and what it may do. Nobody without a token learns anything. */
export interface Reader {
  namespacePath: string;
  acl: Acl;
}

/** Who operates the service reads its events, and may know everything. */
export const OPERATOR: Reader = { namespacePath: '', acl: buildAcl([{ namespacePath: '', root: true }]) };

/** The reader of a request about migrations; all of these need a token. */
export function readerOf({ caller }: Pick<Call, 'caller'>): Reader {
  if (!caller) throw new Error('the route needs no token');
  return { namespacePath: caller.token.namespacePath, acl: caller.acl };
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
export function mayKnow(reader: Pick<Reader, 'namespacePath'>, namespacePath: string): boolean {
  return namespacePath.startsWith(reader.namespacePath);
}
