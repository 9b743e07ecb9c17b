/** Stand-ins for services without an emulator: they answer the SDK's clients in this process, below the injector. */

import {
  EventBridgeClient,
  type PutEventsCommandInput,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import {
  ConflictException,
  ResourceNotFoundException,
  SchedulerClient,
  type UpdateScheduleCommandInput,
} from '@aws-sdk/client-scheduler';
import { ExecutionAlreadyExists, SFNClient, type StartExecutionCommandInput } from '@aws-sdk/client-sfn';
import { eventBridge } from '../../functions/adapters/eventBridge.ts';
import { eventBridgeScheduler } from '../../functions/adapters/eventBridgeScheduler.ts';
import { stepFunctions } from '../../functions/adapters/stepFunctions.ts';
import type { Bus } from '../../functions/ports/bus.ts';
import type { Workflows } from '../../functions/ports/deps.ts';
import type { Scheduler } from '../../functions/ports/scheduler.ts';

const SETTINGS = { region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

/** A client of the SDK for any service. */
interface Client {
  middlewareStack: { add(middleware: never, options: object): void };
}

/** Makes a function answer a client instead of the network. */
function answerHere<Input>(client: Client, serve: (operation: string, input: Input) => object): void {
  const middleware =
    (_next: unknown, { commandName = '' }: { commandName?: string }) =>
    async ({ input }: { input: Input }) => ({
      output: { ...serve(commandName.replace(/Command$/, ''), input), $metadata: {} },
    });
  client.middlewareStack.add(middleware as never, { step: 'initialize', priority: 'low' });
}

export interface Executions {
  client: SFNClient;
  workflows: Workflows;
  /** The executions that were started and have not run yet. */
  pending: { machine: string; name: string; input: string }[];
  /** By name: an execution of one name runs once. */
  states: Map<string, 'open' | 'closed'>;
}

/**
 * Step Functions, but only the start of executions.
 * @param isDown whether a start fails
 */
export function standInExecutions(isDown: () => boolean): Executions {
  const client = new SFNClient(SETTINGS);
  const pending: Executions['pending'] = [];
  const states: Executions['states'] = new Map();
  answerHere<StartExecutionCommandInput>(client, (_, { stateMachineArn = '', name = '', input = '' }) => {
    if (isDown()) throw Object.assign(new Error('Step Functions is down'), { name: 'ServiceException' });
    const state = states.get(name);
    if (state === 'closed')
      throw new ExecutionAlreadyExists({ message: 'Execution Already Exists', $metadata: {} });
    if (!state) pending.push({ machine: stateMachineArn.split(':').at(-1) as string, name, input });
    states.set(name, 'open');
    return { executionArn: name, startDate: new Date() };
  });
  const arnOf = (machine: string) => `arn:aws:states:us-east-1:000000000000:stateMachine:${machine}`;
  return { client, workflows: stepFunctions(client, arnOf), pending, states };
}

const ERROR_FIELDS = { message: 'from the stand-in', $metadata: {} };

/** The last request to EventBridge Scheduler for each schedule. */
export type Timetables = Map<string, UpdateScheduleCommandInput>;

/** EventBridge Scheduler, but it never invokes anything by itself. */
export function standInScheduler(): {
  client: SchedulerClient;
  scheduler: Scheduler;
  timetables: Timetables;
} {
  const client = new SchedulerClient(SETTINGS);
  const timetables: Timetables = new Map();
  answerHere<UpdateScheduleCommandInput>(client, (operation, input) => {
    const name = input.Name as string;
    const isThere = timetables.has(name);
    if (operation === 'CreateSchedule' && isThere)
      throw new ConflictException({ ...ERROR_FIELDS, Message: `Schedule ${name} already exists.` });
    if (operation !== 'CreateSchedule' && !isThere)
      throw new ResourceNotFoundException({ ...ERROR_FIELDS, Message: `Schedule ${name} does not exist.` });
    if (operation === 'DeleteSchedule') timetables.delete(name);
    else timetables.set(name, input);
    return {};
  });
  return { client, scheduler: eventBridgeScheduler(client, (name) => name), timetables };
}

/** EventBridge, which collects the events that it receives. */
export function standInBus(): { client: EventBridgeClient; bus: Bus; published: PutEventsRequestEntry[] } {
  const client = new EventBridgeClient(SETTINGS);
  const published: PutEventsRequestEntry[] = [];
  answerHere<PutEventsCommandInput>(client, (_, { Entries = [] }) => {
    published.push(...Entries);
    return { FailedEntryCount: 0, Entries: Entries.map((_, i) => ({ EventId: `${published.length + i}` })) };
  });
  return { client, bus: eventBridge(client, 'bus'), published };
}
