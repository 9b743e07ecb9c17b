/**
 * The marks of a closed namespace, which is deleted or locked. They make the switches into it, out of it and below it
 * fail (architecture §10).
 *
 * A deletion and a lock write all marks of the namespace. A switch is conditional on the absence of one of them, chosen by
 * the uuid of its mount. Two transactions conflict when they name the same item, even if neither changes it, so with
 * several marks the moves of one namespace seldom conflict.
 */

import { ABSENT, type Condition, type Delete, type Item, type Put, type Write } from '../ports/store.ts';
import { closedKey, closedKeys } from '../store/keys.ts';

const LOCK = 'lock';

/** A locked namespace can be deleted. */
const OPEN_OR_LOCKED: Condition = [ABSENT, { kind: LOCK }];

/** The writes of all marks, for the transaction that deletes the namespace. */
export function closings(namespaceId: string): Put[] {
  return closedKeys(namespaceId).map((key) => ({ put: { ...key }, if: OPEN_OR_LOCKED }));
}

/** The writes of all marks, for the transaction that locks the namespace. */
export function lockings(namespaceId: string): Put[] {
  return closedKeys(namespaceId).map((key) => ({ put: { ...key, kind: LOCK }, if: ABSENT }));
}

/** The removal of all marks, for the transaction that unlocks the namespace. */
export function unlockings(namespaceId: string): Delete[] {
  return closedKeys(namespaceId).map((key) => ({ delete: key, if: { kind: LOCK } }));
}

/**
 * The condition for a transaction that needs the namespace open. It changes nothing, and fails when the namespace is
 * deleted or locked. The root namespace is never either.
 */
export function notClosed(namespaceId: string, mountUuid: string): Write[] {
  return namespaceId === 'root' ? [] : [{ delete: closedKey(namespaceId, mountUuid), if: ABSENT }];
}

/** Whether a mark is that of a lock, and not of a deletion. */
export function isLock(mark: Item | undefined): boolean {
  return mark?.kind === LOCK;
}
