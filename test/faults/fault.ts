/** The faults that a call to AWS can have, by operation. */

import {
  ThrottlingException,
  TransactionCanceledException,
  TransactionConflictException,
} from '@aws-sdk/client-dynamodb';
import { ConflictException, ThrottlingException as SchedulerThrottling } from '@aws-sdk/client-scheduler';

export type Fault =
  /** The call had no effect, and no answer came in time. */
  | 'times out'
  /** The call took effect, and no answer came in time. */
  | 'loses its answer'
  /** The call took effect, and the answer is an internal error. */
  | 'breaks'
  /** The call took effect, its answer was lost, and the SDK sends the same request again. */
  | 'is sent twice'
  | 'is throttled once'
  /** On every try. */
  | 'is throttled'
  | 'conflicts'
  /** Some keys or items of a batch are returned as unprocessed. */
  | 'is half done'
  /** The process dies after or before the call: the rest of this invocation does not happen. */
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
  BatchGetItem: [...EVERY, 'is half done'],
  BatchWriteItem: [...WRITES, 'is half done'],
  PutItem: [...WRITES, 'conflicts'],
  UpdateItem: [...WRITES, 'conflicts'],
  DeleteItem: [...WRITES, 'conflicts'],
  TransactWriteItems: [...WRITES, 'is throttled once', 'conflicts'],
  StartExecution: WRITES,
  CreateSchedule: [...WRITES, 'conflicts'],
  UpdateSchedule: [...WRITES, 'conflicts'],
  DeleteSchedule: [...WRITES, 'conflicts'],
  PutEvents: [...WRITES, 'is half done'],
};

/** @param operation such as `PutItem` */
export function faultsOf(operation: string): readonly Fault[] {
  const faults = FAULTS[operation];
  if (!faults) throw new Error(`no faults are known for ${operation}`);
  return faults;
}

/** A call without effects: however it fails, only the steps after it are missing. */
export function isRead(operation: string): boolean {
  return !faultsOf(operation).includes('loses its answer');
}

/** The process has died, and the rest of its invocation does not happen. */
export class Died extends Error {
  override readonly name = 'Died';
}

/** The SDK's error when all its tries have failed. */
export function internalError(): Error {
  return Object.assign(new Error('Internal server error'), {
    name: 'InternalServerError',
    $fault: 'server',
    $metadata: { httpStatusCode: 500 },
  });
}

/** The error of the SDK's HTTP handler. */
export function timeout(): Error {
  return Object.assign(new Error('no answer in time'), { name: 'TimeoutError' });
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
