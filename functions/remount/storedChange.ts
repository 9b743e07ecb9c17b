/** The write of a stored policy whose text changes, and what its record says of that. Pure. */

import { VaultError } from '../http/errors.ts';
import { PolicyError, parsePolicy } from '../policies/policy.ts';
import { nextItem, type PolicyRecord } from '../policies/policyRecord.ts';
import type { Put } from '../ports/store.ts';
import { policyKey, sha256 } from '../store/keys.ts';
import type { ChangedPolicy, PolicyRef } from './policyOrder.ts';
import type { TextChange } from './textChange.ts';

export interface StoredChange extends TextChange {
  /** Conditional on the version that was read. */
  put: Put;
}

/**
 * @param now epoch milliseconds
 * @returns the write, or why it cannot be made
 */
export function storedChange(
  { namespaceId, name }: PolicyRef,
  record: PolicyRecord | undefined,
  change: TextChange,
  now: number,
): StoredChange | string {
  const { version = 0, casRequired = false, expiresAt } = record ?? {};
  try {
    const next = {
      text: change.after,
      policy: parsePolicy(change.after),
      ...{ casRequired, cas: version, expiresAt },
    };
    const put = nextItem(policyKey(namespaceId, name), record, next, now);
    return { ...change, put: { put, if: { version } } };
  } catch (error) {
    if (error instanceof PolicyError || error instanceof VaultError)
      return 'with the new rules, its text would be too long or no policy';
    throw error;
  }
}

/** What the record of a migration has of a policy that has changed. */
export function changedPolicy(
  { namespaceId, namespacePath, name }: PolicyRef,
  version: number,
  { after, back }: TextChange,
): ChangedPolicy {
  return { namespaceId, namespacePath, name, version, digest: sha256(after), back };
}
