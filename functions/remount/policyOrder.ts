/** What a migration is to do with policies, and what it has done: in its record. Pure. */

import type { Splice } from '../policies/splices.ts';

export interface PolicyRef {
  namespaceId: string;
  namespacePath: string;
  name: string;
}

/** A policy that a migration has changed. */
export interface ChangedPolicy extends PolicyRef {
  /** After the change. */
  version: number;
  /** SHA-256 of the text after the change. */
  digest: string;
  /** What takes the change back, as long as the policy has this text. */
  back: Splice[];
}

/** A policy that a migration has left as it was. */
export interface LeftPolicy extends PolicyRef {
  reason: string;
}

/**
 * An undo restores what the migration before has changed. If that has replaced rules (`follows`), the undo replaces them back in
 * a text that has changed since.
 */
export type PolicyOrder =
  | { mode: 'add' | 'follow'; policies: PolicyRef[] }
  | { mode: 'restore'; policies: ChangedPolicy[]; follows: boolean };

export interface PolicyOutcome {
  changed: ChangedPolicy[];
  left: LeftPolicy[];
}
