/** What is kept of a lease that a migration could not revoke, so that it can be listed and tried again. */

import type { Key } from '../ports/store.ts';
import { record } from '../store/record.ts';

export interface Irrevocable {
  /** Where the lease is stored. */
  lease: Key;
  leaseId: string;
  /** Why it could not be revoked. */
  reason: string;
  /** Epoch milliseconds at which it was given up. */
  at: number;
}

export const IRREVOCABLE = record<Irrevocable>('irrevocable');
