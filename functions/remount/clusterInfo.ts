/** What an answer says of a migration that a cluster carries out: its shape, and the type derived from it. */

import type { OneOf, Shape, Wire } from '../http/shape.ts';

/** The nodes of a cluster, and whether they have seen a move. */
export const NODES = [
  { address: 'string', state: 'string' as OneOf<'unasked' | 'current' | 'stale' | 'unreachable'> },
] as const satisfies Shape;

/** What a cluster that carries out a migration has shown. */
export const CLUSTER_INFO = {
  accessor: 'string',
  /** The id that the cluster gave to the latest move; it forgets it when it restarts. */
  migration_id: ['string', null],
  /** Rounds of revoking all leases. */
  drains: 'int',
  /** How often the cluster was told to move the mount. */
  posts: 'int',
  /** Why the migration does not go on. */
  waiting_for: ['string', null],
  waiting_since: ['string', null],
  /** The lease that could not be revoked, with the words of the cluster, if the token may list the leases of the mount. */
  refused_lease: [{ lease_id: 'string', reason: 'string' }, null],
  warnings: 'list',
  nodes: NODES,
} as const satisfies Shape;

export type ClusterInfo = Wire<typeof CLUSTER_INFO>;
