/** What moto does not do of EventBridge and its Scheduler: it invokes no function. It does choose what a rule delivers. */

import {
  EventBridgeClient,
  PutEventsCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { GetScheduleCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { clientSettings } from '../../../infra/local/clientSettings.ts';
import { type Event, until } from '../../events/eventService.ts';
import type { EmulatedService } from './service.ts';
import { STACK } from './stack.ts';

/** Takes the next event that a rule delivers. */
export type Next = () => Promise<Event>;

/** Makes a rule of the bus, whose target is a queue. */
export async function follow(service: EmulatedService, Rule: string, pattern: object): Promise<Next> {
  const EventPattern = JSON.stringify(pattern);
  return withBus(service, async (bus) => {
    await bus.send(new PutRuleCommand({ EventBusName: STACK, Name: Rule, EventPattern }));
    return toQueue(service, bus, Rule);
  });
}

/** Puts a queue in the place of the function that is the target of a rule of the stack. */
export async function intercept(service: EmulatedService, id: string): Promise<Next> {
  const Rule = service.stack.arns[id]?.split('/').at(-1) ?? '';
  return withBus(service, async (bus) => {
    await bus.send(new RemoveTargetsCommand({ EventBusName: STACK, Rule, Ids: [targetOf(service, id).Id] }));
    return toQueue(service, bus, Rule);
  });
}

/** @throws Error where a rule has several, or changes what they get */
export function targetOf({ stack }: EmulatedService, id: string): { Id: string; Arn: string } {
  const [target, ...others] = stack.Resources[id]?.Properties.Targets ?? [];
  const parts = Object.keys(target ?? {}).filter((part) => !['Id', 'Arn', 'DeadLetterConfig'].includes(part));
  if (!target || others.length > 0 || parts.length > 0) throw new Error(`nobody knows what ${id} delivers`);
  return target;
}

async function withBus<T>(
  { environment }: EmulatedService,
  use: (bus: EventBridgeClient) => Promise<T>,
): Promise<T> {
  const bus = new EventBridgeClient(clientSettings(environment, 'EVENTBRIDGE'));
  return use(bus).finally(() => bus.destroy());
}

async function toQueue(service: EmulatedService, bus: EventBridgeClient, Rule: string): Promise<Next> {
  const queues = new SQSClient(clientSettings(service.environment, 'SQS'));
  const { QueueUrl } = await queues.send(new CreateQueueCommand({ QueueName: Rule }));
  const asked = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] });
  const { Attributes } = await queues.send(asked);
  const Targets = [{ Id: 'queue', Arn: Attributes?.QueueArn }];
  await bus.send(new PutTargetsCommand({ EventBusName: STACK, Rule, Targets }));
  const taken: Event[] = [];
  return () =>
    until(async () => {
      const { Messages = [] } = await queues.send(new ReceiveMessageCommand({ QueueUrl, ...AT_ONCE }));
      taken.push(...Messages.map(({ Body = '' }) => JSON.parse(Body)));
      return taken.shift();
    });
}

/** As many as there are, and each once. */
const AT_ONCE = { MaxNumberOfMessages: 10, VisibilityTimeout: 3_600 };

/** Puts a request on the bus, as a pipeline would. */
export async function putRequest(service: EmulatedService, detail: object, source: string): Promise<void> {
  const entry = { EventBusName: STACK, Source: source, DetailType: 'Remount Requested' };
  const command = new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify(detail) }] });
  await withBus(service, (bus) => bus.send(command));
}

/** Invokes the target of a schedule as the scheduler does at a planned time. @returns what the function does */
export async function wake(service: EmulatedService, Name: string, planned: string): Promise<unknown> {
  const scheduler = new SchedulerClient(clientSettings(service.environment, 'SCHEDULER'));
  const { Target } = await scheduler
    .send(new GetScheduleCommand({ GroupName: STACK, Name }))
    .finally(() => scheduler.destroy());
  const input = (Target?.Input ?? '').replace('<aws.scheduler.scheduled-time>', planned);
  return service.invoke(Target?.Arn ?? '', JSON.parse(input));
}
