/**
 * The marks of a deleted namespace. They make a switch into it fail (architecture §10).
 *
 * The deletion writes all marks of the namespace. A switch is conditional on the absence of one of them, chosen by the
 * uuid of its mount. Two transactions conflict when they name the same item, even if neither changes it, so with several
 * marks the moves into one namespace seldom conflict.
 */

import { ABSENT, type Put, type Write } from '../ports/store.ts';
import { closedKey, closedKeys } from '../store/keys.ts';

/** The writes of all marks, for the transaction that deletes the namespace. */
export function closings(namespaceId: string): Put[] {
  return closedKeys(namespaceId).map((key) => ({ put: { ...key }, if: ABSENT }));
}

/**
 * The condition for the transaction that moves a mount into a namespace. It changes nothing, and fails when the namespace
 * is deleted. The root namespace is never deleted.
 */
export function notClosed(namespaceId: string, mountUuid: string): Write[] {
  return namespaceId === 'root' ? [] : [{ delete: closedKey(namespaceId, mountUuid), if: ABSENT }];
}
