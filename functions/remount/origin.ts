/** Where a migration comes from: who asks for it, and in which namespace. A request is one origin, an event another. */

import type { Call } from '../http/route.ts';
import type { Namespace } from '../tree/namespace.ts';
import type { Requester } from './migration.ts';

export interface Origin {
  /** The paths of the move are relative to it. */
  namespace: Namespace;
  requestedBy: Requester;
}

/** What every migration says of the request it comes from. */
export function originOf({ namespace, caller }: Pick<Call, 'namespace' | 'caller'>): Origin {
  const token = caller?.token;
  const requestedBy = {
    displayName: token?.displayName ?? '',
    accessor: token?.accessor ?? '',
    namespace: token?.namespacePath ?? '',
  };
  return { namespace, requestedBy };
}
