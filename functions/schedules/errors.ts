/** What requests about schedules are refused with. */

import { goQuote, refusal, type VaultError } from '../http/errors.ts';
import { MAX_SCHEDULE_BYTES, MAX_SCHEDULE_DAYS, MAX_SCHEDULE_NAME_LENGTH, MAX_SCHEDULES } from '../limits.ts';

export function nameUnusable(): VaultError {
  const what = 'letters, digits, dots, hyphens and underscores';
  return refusal(`the name of a schedule has 1 to ${MAX_SCHEDULE_NAME_LENGTH} ${what}`);
}

export function scheduleMissing(): VaultError {
  return refusal("'schedule' must be specified as at(…), rate(…) or cron(…)");
}

/** @param field the name of it */
export function timeUnreadable(field: 'start' | 'end'): VaultError {
  return refusal(`'${field}' is a time such as "2026-01-31T22:00:00Z"`);
}

export function endOutOfRange(): VaultError {
  return refusal(`'end' lies in the future and at most ${MAX_SCHEDULE_DAYS} days ahead`);
}

export function startAfterEnd(): VaultError {
  return refusal("'start' must be before 'end'");
}

/** @param reason what the scheduler says */
export function timetableUnusable(reason: string): VaultError {
  return refusal(`the scheduler refuses these times: ${reason}`);
}

export function scheduleTooLarge(): VaultError {
  return refusal(
    `what a schedule moves has at most ${MAX_SCHEDULE_BYTES} bytes; rules need fewer than a list`,
  );
}

export function tooManySchedules(): VaultError {
  return refusal(`a namespace has at most ${MAX_SCHEDULES} schedules`);
}

/** @param path the endpoint whose work the schedule does */
export function delegateForbidden(path: string): VaultError {
  return refusal(
    `the policies of the schedule do not allow ${goQuote('update')} and ${goQuote('sudo')} on ${path}`,
  );
}
