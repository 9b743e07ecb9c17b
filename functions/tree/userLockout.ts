/** When an auth method locks out a user after bad passwords, as it is tuned and shown (contract §3.4). Pure. */

import { parseDuration } from '../http/duration.ts';
import type { Shape, Wire } from '../http/shape.ts';
import { invalidDuration, lockoutRefused, unusableLockout } from './errors.ts';
import type { UserLockout } from './mount.ts';
import type { MountType } from './mountType.ts';

/**
 * @param raw what is to change; empty for nothing
 * @throws VaultError 400
 */
export function tuneLockout(
  before: UserLockout | undefined,
  raw: Record<string, unknown>,
  typeName: string,
  type?: MountType,
): UserLockout | undefined {
  if (Object.keys(raw).length === 0) return before;
  if (!type?.userLockout) throw lockoutRefused(typeName);
  const { lockout_threshold, lockout_duration, lockout_counter_reset_duration, lockout_disable } = raw;
  const after: UserLockout = { ...before };
  if (isGiven(lockout_threshold)) after.threshold = toThreshold(lockout_threshold);
  if (isGiven(lockout_duration)) after.duration = toSeconds(lockout_duration);
  if (isGiven(lockout_counter_reset_duration)) after.counterReset = toSeconds(lockout_counter_reset_duration);
  if (isGiven(lockout_disable)) after.disabled = toSwitch(lockout_disable);
  return after;
}

export const LOCKOUT = {
  user_lockout_counter_reset_duration: 'duration',
  user_lockout_threshold: 'int',
  user_lockout_duration: 'duration',
  user_lockout_disable: 'bool',
} as const satisfies Shape;

export function lockoutData(lockout: UserLockout | undefined): Wire<typeof LOCKOUT> | undefined {
  if (!lockout) return undefined;
  return {
    user_lockout_counter_reset_duration: lockout.counterReset ?? 0,
    user_lockout_threshold: lockout.threshold ?? 0,
    user_lockout_duration: lockout.duration ?? 0,
    user_lockout_disable: lockout.disabled ?? false,
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function toThreshold(value: unknown): number {
  if (!/^\d{1,9}$/.test(String(value))) throw unusableLockout();
  return Number(value);
}

function toSeconds(value: unknown): number {
  if (value === 'system') return 0;
  const seconds = parseDuration(value);
  if (seconds === undefined) throw invalidDuration(String(value));
  return seconds;
}

function toSwitch(value: unknown): boolean {
  if (typeof value !== 'boolean') throw unusableLockout();
  return value;
}
