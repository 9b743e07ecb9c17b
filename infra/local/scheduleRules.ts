/**
 * What EventBridge Scheduler refuses in a schedule. An expression that AWS does not document is refused as well, although
 * AWS may take it.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
 */

import { TimetableRefused } from '../../functions/ports/scheduler.ts';
import { isOneTime, isTimezone, nextTime } from '../../functions/schedules/nextTime.ts';
import { AwsError } from './jsonApi.ts';

/** A schedule as it is sent. Times on the wire are epoch seconds. */
export interface Sent {
  GroupName?: string;
  ScheduleExpression?: string;
  ScheduleExpressionTimezone?: string;
  StartDate?: number;
  EndDate?: number;
  FlexibleTimeWindow?: { Mode?: string; MaximumWindowInMinutes?: number };
  ActionAfterCompletion?: string;
  State?: string;
  Target?: Target;
}

interface Target {
  Arn?: string;
  RoleArn?: string;
  Input?: string;
  RetryPolicy?: { MaximumEventAgeInSeconds?: number; MaximumRetryAttempts?: number };
  DeadLetterConfig?: { Arn?: string };
}

/** A schedule that was taken. */
export interface Schedule extends Sent {
  Name: string;
  GroupName: string;
  ScheduleExpression: string;
  Target: Target & { Arn: string };
  CreationDate: number;
}

/** A start may be this old. */
const OLDEST_START_MS = 5 * 60_000;
/** A one-time schedule may be late by the time that its request takes. */
const LATE_MS = 1_000;

/** @throws AwsError `ValidationException` that names the field */
export function refuseInvalid(
  sent: Sent,
  now: number,
): asserts sent is Omit<Schedule, 'Name' | 'CreationDate'> {
  refuseMissing(sent);
  refuseOutOfRange(sent);
  refuseTarget(sent.Target ?? {});
  refuseTimes(sent, now);
}

/**
 * @returns the next time at which the schedule is due, in epoch milliseconds
 * @throws AwsError `ValidationException` for an expression that is none
 */
export function dueAfter(schedule: Omit<Schedule, 'Name'>, after: number): number | undefined {
  const { ScheduleExpression, ScheduleExpressionTimezone, StartDate, EndDate, CreationDate } = schedule;
  try {
    const timetable = {
      schedule: ScheduleExpression,
      timezone: ScheduleExpressionTimezone ?? 'UTC',
      createdAt: CreationDate * 1_000,
      ...(StartDate !== undefined && { start: StartDate * 1_000 }),
      ...(EndDate !== undefined && { end: EndDate * 1_000 }),
    };
    return nextTime(timetable, after);
  } catch (error) {
    if (error instanceof TimetableRefused) throw invalid(error.message);
    throw error;
  }
}

function refuseMissing({ ScheduleExpression, FlexibleTimeWindow, Target }: Sent): void {
  const needed = {
    scheduleExpression: ScheduleExpression,
    flexibleTimeWindow: FlexibleTimeWindow?.Mode,
    'target.arn': Target?.Arn,
    'target.roleArn': Target?.RoleArn,
  };
  for (const [field, value] of Object.entries(needed))
    if (!value) throw unsatisfied(field, 'Member must not be null');
}

function refuseOutOfRange({ ScheduleExpression = '', FlexibleTimeWindow, ...sent }: Sent): void {
  const { Mode, MaximumWindowInMinutes: minutes } = FlexibleTimeWindow ?? {};
  const { ActionAfterCompletion = 'NONE', State = 'ENABLED', ScheduleExpressionTimezone = 'UTC' } = sent;
  if (ScheduleExpression.length > 256)
    throw unsatisfied('scheduleExpression', 'Member must have length less than or equal to 256');
  if (Mode !== 'OFF' && Mode !== 'FLEXIBLE')
    throw unsatisfied('flexibleTimeWindow.mode', 'Member must satisfy enum value set: [OFF, FLEXIBLE]');
  if ((Mode === 'FLEXIBLE') !== isBetween(minutes, 1, 1_440))
    throw unsatisfied('flexibleTimeWindow.maximumWindowInMinutes', 'Only FLEXIBLE has 1 to 1440 minutes');
  if (!['NONE', 'DELETE'].includes(ActionAfterCompletion))
    throw unsatisfied('actionAfterCompletion', 'Member must satisfy enum value set: [NONE, DELETE]');
  if (State !== 'ENABLED') throw unsatisfied('state', 'The local service knows ENABLED only');
  if (!isTimezone(ScheduleExpressionTimezone) || isMisspelt(ScheduleExpressionTimezone))
    throw invalid(`Provided ScheduleExpressionTimezone ${ScheduleExpressionTimezone} is invalid.`);
}

/** AWS takes names of the IANA database, and documents no other spelling of them. Node takes capitals for small letters. */
function isMisspelt(timezone: string): boolean {
  const { timeZone: name } = Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions();
  return name !== timezone && name.toLowerCase() === timezone.toLowerCase();
}

function refuseTarget({ RoleArn = '', Input, RetryPolicy = {}, DeadLetterConfig }: Target): void {
  const { MaximumEventAgeInSeconds: age = 86_400, MaximumRetryAttempts: retries = 185 } = RetryPolicy;
  if (!/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(RoleArn))
    throw unsatisfied('target.roleArn', 'Member must be the ARN of a role');
  if (Input !== undefined && !isJson(Input)) throw invalid('Target.Input must be valid JSON for a function.');
  if (!isBetween(age, 60, 86_400))
    throw unsatisfied('target.retryPolicy.maximumEventAgeInSeconds', 'Member must be from 60 to 86400');
  if (!isBetween(retries, 0, 185))
    throw unsatisfied('target.retryPolicy.maximumRetryAttempts', 'Member must be from 0 to 185');
  if (DeadLetterConfig?.Arn !== undefined && !/^arn:aws[\w-]*:sqs:/.test(DeadLetterConfig.Arn))
    throw unsatisfied('target.deadLetterConfig.arn', 'Member must be the ARN of a queue');
}

function refuseTimes(sent: Sent, now: number): void {
  const { ScheduleExpression = '', StartDate, EndDate } = sent;
  const isRecurring = !isOneTime(ScheduleExpression);
  if (isRecurring && StartDate !== undefined && StartDate * 1_000 < now - OLDEST_START_MS)
    throw invalid('The StartDate you specify cannot be earlier than 5 minutes ago.');
  if (EndDate !== undefined && EndDate * 1_000 <= now)
    throw invalid('The EndDate you specify must be in the future.');
  if (StartDate !== undefined && EndDate !== undefined && StartDate >= EndDate)
    throw invalid('The StartDate must come before the EndDate.');
  const due = dueAfter({ ...(sent as Schedule), CreationDate: now / 1_000 }, now - LATE_MS);
  if (!isRecurring && due === undefined) throw invalid(`Invalid Schedule Expression ${ScheduleExpression}.`);
}

function isBetween(value: number | undefined, from: number, to: number): boolean {
  return value !== undefined && Number.isInteger(value) && value >= from && value <= to;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function unsatisfied(field: string, why: string): AwsError {
  return invalid(`1 validation error detected: Value at '${field}' failed to satisfy constraint: ${why}`);
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
