/** All parts that the leases of a mount are spread over. */

import { LEASE_SHARDS } from '../limits.ts';

export const SHARDS: readonly number[] = Array.from({ length: LEASE_SHARDS }, (_, shard) => shard);
