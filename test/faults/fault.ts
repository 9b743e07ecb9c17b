/** The ways in which a call to AWS can go wrong, and which of them can befall which call. */

import {
  ThrottlingException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { ConflictException, ThrottlingException as SchedulerThrottling } from '@aws-sdk/client-scheduler';

export type Fault =
  /** Nothing was done, and nobody answered in time. */
  | 'times out'
  /** It was done, and nobody heard of it. */
  | 'loses its answer'
  /** It was done, and the answer is that the service is in trouble. */
  | 'breaks'
  /** It was done, its answer was lost on the way, and the SDK sends the very same request again. */
  | 'is sent twice'
  | 'is throttled once'
  /** As long as anybody tries. */
  | 'is throttled'
  | 'conflicts'
  /** Some keys or items of a batch are handed back. */
  | 'does half'
  /** The process ends: nothing that follows in this invocation happens. */
  | 'is the last before its process dies'
  | 'is not reached by its process';

const EVERY: readonly Fault[] = ['times out', 'breaks', 'is throttled', 'is not reached by its process'];
const WRITES: readonly Fault[] = [
  ...EVERY,
  'loses its answer',
  'is sent twice',
  'is the last before its process dies',
];

const FAULTS: Record<string, readonly Fault[]> = {
  GetItem: [...EVERY, 'is throttled once'],
  Query: EVERY,
  BatchGetItem: [...EVERY, 'does half'],
  BatchWriteItem: [...WRITES, 'does half'],
  PutItem: [...WRITES, 'conflicts'],
  UpdateItem: [...WRITES, 'conflicts'],
  DeleteItem: [...WRITES, 'conflicts'],
  TransactWriteItems: [...WRITES, 'is throttled once', 'conflicts'],
  StartExecution: WRITES,
  CreateSchedule: [...WRITES, 'conflicts'],
  UpdateSchedule: [...WRITES, 'conflicts'],
  DeleteSchedule: [...WRITES, 'conflicts'],
  PutEvents: [...WRITES, 'does half'],
};

/** @param operation such as `PutItem` */
export function faultsOf(operation: string): readonly Fault[] {
  const faults = FAULTS[operation];
  if (!faults) throw new Error(`no faults are known for ${operation}`);
  return faults;
}

/** A call without effects: however it fails, what follows is not done. */
export function isRead(operation: string): boolean {
  return !faultsOf(operation).includes('loses its answer');
}

/** The process is gone, and with it whatever the invocation would have done. */
export class Died extends Error {
  override readonly name = 'Died';
}

/** As the SDK tells it when it has tried in vain. */
export function trouble(): Error {
  return Object.assign(new Error('Internal server error'), {
    name: 'InternalServerError',
    $fault: 'server',
    $metadata: { httpStatusCode: 500 },
  });
}

/** As the SDK's HTTP handler words it. */
export function timeout(): Error {
  return Object.assign(new Error('nobody answered in time'), { name: 'TimeoutError' });
}

export function throttling(operation: string): Error {
  if (operation.endsWith('Schedule'))
    return new SchedulerThrottling({ message: '', Message: 'slow down', $metadata: {} });
  return new ThrottlingException({ message: 'slow down', $metadata: {} });
}

export function conflict(operation: string, items: number): Error {
  if (operation.endsWith('Schedule'))
    return new ConflictException({ message: '', Message: 'The schedule is being changed', $metadata: {} });
  const message = 'Transaction is ongoing for the item';
  if (operation !== 'TransactWriteItems') return new TransactionConflictException({ message, $metadata: {} });
  const CancellationReasons = Array.from({ length: items }, (_, i) => ({
    Code: i === 0 ? 'TransactionConflict' : 'None',
  }));
  return new TransactionCanceledException({ message, CancellationReasons, $metadata: {} });
}
