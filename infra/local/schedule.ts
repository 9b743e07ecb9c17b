/** Stands in for the EventBridge rules: wakes the reconciler every minute and when an execution fails. */

import { randomUUID } from 'node:crypto';
import type { Execution } from './executions.ts';
import type { Lambda } from './lambda.ts';

export interface Schedule {
  /** To be told of every execution that ended. */
  onExecutionEnd(execution: Execution): void;
  stop(): void;
}

/** Asynchronous invocations: nobody waits for them, and what fails is tried again at the next turn. */
export function startSchedule(invoke: Lambda['invoke'], everySeconds: number): Schedule {
  const wake = (event: object) => {
    invoke('reconcile', event).catch(() => {}); // The environment has logged it.
  };
  const timer = setInterval(() => wake(eventOf('aws.events', 'Scheduled Event', {})), everySeconds * 1_000);
  return {
    onExecutionEnd(execution) {
      if (execution.outcome?.status === 'SUCCEEDED') return;
      wake(eventOf('aws.states', 'Step Functions Execution Status Change', detailOf(execution)));
    },
    stop: () => clearInterval(timer),
  };
}

function eventOf(source: string, detailType: string, detail: object): object {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': detailType,
    source,
    account: '000000000000',
    time: new Date().toISOString(),
    region: 'us-east-1',
    resources: [],
    detail,
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
