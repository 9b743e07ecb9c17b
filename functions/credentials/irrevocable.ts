/** The record of a lease that a migration could not revoke: it is listed, and its revocation can be retried. */

import type { Key } from '../ports/store.ts';
import { record } from '../store/record.ts';

export interface IrrevocableLease {
  /** Where the lease is stored; absent for a lease of a cluster, which has dropped it. */
  lease?: Key;
  leaseId: string;
  /** Why it could not be revoked. */
  reason: string;
  /** Epoch milliseconds at which it was given up. */
  at: number;
}

export const IRREVOCABLE_RECORD = record<IrrevocableLease>('irrevocable');
