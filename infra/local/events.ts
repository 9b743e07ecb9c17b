/** Reads from the deployment: rules, event source mappings of streams, queues, and what the scheduler may invoke. */

import type { Pattern } from './eventPattern.ts';
import { readFragment } from './fragment.ts';

/** A rule of the service's event bus. */
export interface Rule {
  pattern: Pattern;
  functionNames: string[];
}

/** An event source mapping: the function gets the writes to the table. */
export interface StreamMapping {
  table: string;
  functionName: string;
  filters: Pattern[];
  batchSize: number;
}

export interface Events {
  rules: Rule[];
  mappings: StreamMapping[];
}

interface Resource {
  Type: string;
  Properties: unknown;
}

export async function readEvents(): Promise<Events> {
  const [rules, mappings] = await Promise.all([
    resources<RuleProperties>('events', 'AWS::Events::Rule'),
    resources<MappingProperties>('events', 'AWS::Lambda::EventSourceMapping'),
  ]);
  return {
    rules: rules.map(([, properties]) => ruleOf(properties)),
    mappings: mappings.map(([, properties]) => mappingOf(properties)),
  };
}

/** The names of the queues, without the stack's name, by logical id. */
export async function readQueues(): Promise<Record<string, string>> {
  const found = await Promise.all(
    ['schedule', 'events'].map((fragment) => resources<{ QueueName: string }>(fragment, 'AWS::SQS::Queue')),
  );
  const names = found
    .flat()
    .map(([id, { QueueName }]) => [id, QueueName.replace(/^\$\{AWS::StackName\}-/, '')]);
  return Object.fromEntries(names);
}

/** The functions that the role of the scheduler may invoke. */
export async function readScheduled(): Promise<string[]> {
  const roles = await resources<RoleProperties>('scheduler', 'AWS::IAM::Role');
  const statements = roles.flatMap(([, { Policies }]) =>
    Policies.flatMap((policy) => policy.PolicyDocument.Statement),
  );
  return statements
    .filter(({ Action }) => Action === 'lambda:InvokeFunction')
    .map(({ Resource }) => functionOf(Resource));
}

interface RoleProperties {
  Policies: { PolicyDocument: { Statement: { Action: string; Resource: string }[] } }[];
}

async function resources<Properties>(fragment: string, type: string): Promise<[string, Properties][]> {
  const { Resources } = await readFragment<{ Resources: Record<string, Resource> }>(fragment);
  const found = Object.entries(Resources).filter(([, { Type }]) => Type === type);
  return found.map(([id, { Properties }]) => [id, Properties as Properties]);
}

interface RuleProperties {
  EventPattern: Pattern;
  Targets: { Arn: string }[];
}

function ruleOf({ EventPattern, Targets }: RuleProperties): Rule {
  return { pattern: EventPattern, functionNames: Targets.map(({ Arn }) => functionOf(Arn)) };
}

interface MappingProperties {
  FunctionName: string;
  EventSourceArn: string;
  BatchSize: number;
  FilterCriteria: { Filters: { Pattern: string }[] };
}

function mappingOf({
  FunctionName,
  EventSourceArn,
  BatchSize,
  FilterCriteria,
}: MappingProperties): StreamMapping {
  return {
    table: EventSourceArn.replace(/Table\.StreamArn$/, '').toLowerCase(),
    functionName: functionOf(FunctionName),
    filters: FilterCriteria.Filters.map(({ Pattern: text }) => JSON.parse(text) as Pattern),
    batchSize: BatchSize,
  };
}

/** `PublishLambdaFunction`, or its `.Arn` → `publish`. */
function functionOf(reference: string): string {
  const name = reference.replace(/LambdaFunction(\.Arn)?$/, '');
  return name.charAt(0).toLowerCase() + name.slice(1);
}
