/** Schedules on EventBridge Scheduler, in a separate group. */

import {
  ConflictException,
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  ResourceNotFoundException,
  type SchedulerClient,
  ThrottlingException,
  UpdateScheduleCommand,
  ValidationException,
} from '@aws-sdk/client-scheduler';
import { WAKE_RETRIES, WAKE_RETRY_S } from '../limits.ts';
import { type Scheduler, SchedulerBusy, type Timetable, TimetableRefused } from '../ports/scheduler.ts';
import { isOutOfReach } from './patiently.ts';

/** Returns a setting of the deployment. It is read only when it is needed. */
export type SettingOf = (name: 'GROUP' | 'TARGET_ARN' | 'ROLE_ARN' | 'DEAD_LETTERS_ARN') => string;

export function eventBridgeScheduler(client: SchedulerClient, settingOf: SettingOf): Scheduler {
  const nameOf = (id: string) => ({ Name: id, GroupName: settingOf('GROUP') });

  function inputOf(id: string, { schedule, timezone, start, end }: Timetable): CreateScheduleCommandInput {
    return {
      ...nameOf(id),
      ScheduleExpression: schedule,
      ScheduleExpressionTimezone: timezone,
      ...(start !== undefined && { StartDate: new Date(start) }),
      EndDate: new Date(end),
      FlexibleTimeWindow: { Mode: 'OFF' },
      ActionAfterCompletion: 'DELETE',
      Target: {
        Arn: settingOf('TARGET_ARN'),
        RoleArn: settingOf('ROLE_ARN'),
        Input: JSON.stringify({ id, planned: '<aws.scheduler.scheduled-time>' }),
        RetryPolicy: { MaximumEventAgeInSeconds: WAKE_RETRY_S, MaximumRetryAttempts: WAKE_RETRIES },
        DeadLetterConfig: { Arn: settingOf('DEAD_LETTERS_ARN') },
      },
    };
  }

  async function createOrUpdate(input: CreateScheduleCommandInput): Promise<void> {
    try {
      await client.send(new CreateScheduleCommand(input));
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error;
      await client.send(new UpdateScheduleCommand(input)).catch((failed) => {
        throw failed instanceof ResourceNotFoundException ? busy(failed) : failed;
      });
    }
  }

  return {
    async put(id, timetable) {
      try {
        await createOrUpdate(inputOf(id, timetable));
      } catch (error) {
        if (error instanceof ValidationException) throw new TimetableRefused(error.message);
        throw isPassing(error) ? busy(error) : error;
      }
    },
    async remove(id) {
      try {
        await client.send(new DeleteScheduleCommand(nameOf(id)));
      } catch (error) {
        if (error instanceof ResourceNotFoundException) return;
        throw isPassing(error) ? busy(error) : error;
      }
    },
  };
}

/** Whether the error is temporary. The SDK's own retries are used up. A conflict ends when the other change is done. */
function isPassing(error: unknown): boolean {
  const passing = [ConflictException, ThrottlingException];
  return isOutOfReach(error) || passing.some((kind) => error instanceof kind);
}

function busy(cause: unknown): SchedulerBusy {
  return new SchedulerBusy('the scheduler is busy', { cause });
}
