/** Locks a user name after too many bad passwords (contract §8.1), whether or not the user exists. */

import { cleanupTime } from '../../credentials/token.ts';
import { VaultError } from '../../http/errors.ts';
import type { Call } from '../../http/route.ts';
import { LOCKOUT_FAILURES, LOCKOUT_S } from '../../limits.ts';
import {
  ABSENT,
  ConditionFailed,
  type Expected,
  type Item,
  type Ref,
  type Write,
} from '../../ports/store.ts';
import { sha256 } from '../../store/keys.ts';
import { retryContended } from '../../store/retryContended.ts';
import { engineKey, mountOfCall, nameOfCall } from '../callParts.ts';

type Attempt = Pick<Call, 'deps' | 'mount' | 'params'>;

/** The bad passwords of one user. */
export interface Lockout {
  failures: number;
  /** When the last one was counted, in epoch milliseconds. */
  lastAt: number;
}

/** The beginning of the engine's keys of lockouts. */
export const LOCKOUT_PREFIX = 'lockout/';

/**
 * The name is hashed, because people type passwords into the field for the name.
 * @param name in lower case
 */
export function lockoutOf(call: Pick<Call, 'mount'>, name: string): Ref {
  return engineKey(call, LOCKOUT_PREFIX + sha256(name));
}

export function lockoutKey(call: Attempt): Ref {
  return lockoutOf(call, nameOfCall(call));
}

/** @param now epoch milliseconds */
export function isLocked(call: Pick<Call, 'mount'>, { failures, lastAt }: Lockout, now: number): boolean {
  const { threshold, lockMs, disabled } = rulesOf(call);
  return !disabled && failures >= threshold && lastAt > now - lockMs;
}

/**
 * @param item the lockout as stored
 * @throws VaultError 403 when the user is locked
 */
export function refuseLocked(call: Attempt, item: Item | undefined): void {
  const lockout = item as (Lockout & Item) | undefined;
  if (lockout && isLocked(call, lockout, call.deps.clock.now())) throw lockedOut();
}

/**
 * Counts a bad password. The count is raised only while it is below the threshold. So of many concurrent passwords no
 * more than the threshold are answered as wrong; the others are answered as locked.
 * @throws VaultError 403 when the user was locked meanwhile
 */
export async function countFailure(call: Attempt): Promise<void> {
  const { store, clock } = call.deps;
  const { threshold, lockMs, resetMs, disabled } = rulesOf(call);
  if (disabled) return;
  const ref = lockoutKey(call);
  await retryContended(async () => {
    const lastAt = clock.now();
    const set = { lastAt, ttl: cleanupTime(lastAt + Math.max(lockMs, resetMs)) };
    const counting = { failures: { below: threshold }, lastAt: { above: lastAt - resetMs } };
    try {
      await store.commit([{ update: ref, set, add: { failures: 1 }, if: counting }]);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const old = error.itemAt(ref);
      refuseLocked(call, old);
      await store.commit([{ put: { ...ref, ...set, failures: 1 }, if: unchanged(old) }]);
    }
  });
}

/** The write that forgets the failures, in the transaction of a login; it fails if the user was locked meanwhile. */
export function forgetFailures(call: Attempt, lockout: Item | undefined): Write[] {
  const { threshold, lockMs, disabled } = rulesOf(call);
  if (!lockout || disabled) return [];
  const over = { lastAt: { atMost: call.deps.clock.now() - lockMs } };
  return [{ delete: lockoutKey(call), if: [ABSENT, { failures: { below: threshold } }, over] }];
}

/** The refusal of a user that is locked. */
export function lockedOut(): VaultError {
  return new VaultError(403, ['permission denied']);
}

function unchanged(item: Item | undefined): Expected {
  if (!item) return ABSENT;
  const { failures, lastAt } = item as Item & Lockout;
  return { failures, lastAt };
}

/** The settings of the mount; for those that it does not have, the defaults of the system. */
function rulesOf(call: Pick<Call, 'mount'>) {
  const { threshold, duration, counterReset, disabled } = mountOfCall(call).config.userLockout ?? {};
  return {
    threshold: threshold || LOCKOUT_FAILURES,
    lockMs: (duration || LOCKOUT_S) * 1_000,
    resetMs: (counterReset || LOCKOUT_S) * 1_000,
    disabled: disabled === true,
  };
}
