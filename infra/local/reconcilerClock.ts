/** The rules of `infra/schedule.yml`: invokes the reconciler every minute, and when an execution fails. */

import type { AsyncInvoke } from './asyncInvoke.ts';
import { eventOf } from './busEvent.ts';
import type { Execution } from './executions.ts';

export interface ReconcilerClock {
  /** Must be called for every execution that has ended. */
  onExecutionEnd(execution: Execution): void;
  stop(): void;
}

export function startReconcilerClock(invoke: AsyncInvoke['invoke'], everySeconds: number): ReconcilerClock {
  const wake = (event: object) => invoke('reconcile', event);
  const timer = setInterval(() => wake(eventOf('aws.events', 'Scheduled Event', {})), everySeconds * 1_000);
  return {
    onExecutionEnd(execution) {
      if (execution.outcome?.status === 'SUCCEEDED') return;
      wake(eventOf('aws.states', 'Step Functions Execution Status Change', detailOf(execution)));
    },
    stop: () => clearInterval(timer),
  };
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html, with times in milliseconds. */
function detailOf({
  executionArn,
  stateMachineArn,
  name,
  input,
  startDate,
  stopDate,
  outcome,
}: Execution): object {
  const times = { startDate: startDate.getTime(), stopDate: stopDate?.getTime() };
  return { executionArn, stateMachineArn, name, status: outcome?.status, input, ...times };
}
