/**
 * The marks of a deleted namespace, which keep mounts out that are being switched into it (architecture §10).
 *
 * The deletion writes all marks of the namespace, and a switch is conditional on the absence of one of them. Which one
 * depends on the mount, so moves into one namespace seldom make each other wait: two transactions conflict when they name
 * the same item, even if neither changes it.
 */

import { ABSENT, type Put, type Write } from '../ports/store.ts';
import { closedKey, closedKeys } from '../store/keys.ts';

/** Part of the transaction that deletes the namespace. */
export function closings(namespaceId: string): Put[] {
  return closedKeys(namespaceId).map((key) => ({ put: { ...key }, if: ABSENT }));
}

/**
 * Part of the transaction that moves a mount into a namespace: changes nothing, and fails when that is deleted. The root
 * namespace is never deleted.
 */
export function notClosed(namespaceId: string, mountUuid: string): Write[] {
  return namespaceId === 'root' ? [] : [{ delete: closedKey(namespaceId, mountUuid), if: ABSENT }];
}
