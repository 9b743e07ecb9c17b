/**
 * The packaged service as AWS would run it, as far as that goes on one machine: the stack on moto, its functions from
 * their archives under AWS's runtime client, its state machines in the interpreter of the local service. The tables are on
 * the emulator that all tests use: a failed transaction of moto takes back what others wrote meanwhile.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { buildFunctions } from '../../../infra/build.ts';
import { type ForwardedRequest, startForwardingProxy } from '../../../infra/demo/forwardingProxy.ts';
import { clientSettings } from '../../../infra/local/clientSettings.ts';
import { startDynamoDB } from '../../../infra/local/dynamodb.ts';
import { startGateway } from '../../../infra/local/gateway.ts';
import { createLambda, type Lambda } from '../../../infra/local/lambda.ts';
import type { FunctionSettings } from '../../../infra/local/lambdaEnvironment.ts';
import { startStepFunctions } from '../../../infra/local/stepFunctions.ts';
import { startStreamReader } from '../../../infra/local/streamReader.ts';
import { createTables, type TableResource, tableOf } from '../../../infra/local/tables.ts';
import { ofType, packageIn, type Resource } from '../../infra/packageTemplate.ts';
import { functionName } from '../../infra/rights.ts';
import { type Recorded, recordedOf } from '../../rights/recorder.ts';
import { requireEmulation } from './emulation.ts';
import { startRuntime } from './runtime.ts';
import { REGION, STACK, type Stack, startStack } from './stack.ts';

export interface EmulatedService {
  /** With the stage of the template. */
  url: string;
  stack: Stack;
  /** Settings for the SDK: where the services of AWS are, without what records the calls of functions. */
  environment: Record<string, string>;
  /** What the functions have asked of AWS so far. */
  calls: Recorded[];
  /** The functions that were invoked so far, by their names in `functions/`. */
  invoked: Set<string>;
  /** Invokes a function by its name in `functions/`, or by its ARN. */
  invoke: Lambda['invoke'];
  /** What the functions have logged, the newest. */
  log(): string;
  stop(): Promise<void>;
}

/** With a policy for requests by events, and an account that may send them. */
const PARAMS = { eventPolicies: 'mover', eventAccounts: '444455556666' };

const LOG_CHARACTERS = 20_000;

/** @throws Error if a program is missing, or the stack is not created */
export async function startEmulatedService(): Promise<EmulatedService> {
  await requireEmulation();
  const stops: (() => Promise<unknown> | unknown)[] = [];
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  try {
    return { ...(await startParts(stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  stops: (() => Promise<unknown> | unknown)[],
): Promise<Omit<EmulatedService, 'stop'>> {
  const folder = await mkdtemp(join(tmpdir(), 'remount-deployment-'));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  await buildFunctions({ target: join(folder, '.build', 'functions') });
  const { template, out } = await packageIn(folder, PARAMS);
  const stack = await startStack(template, out);
  stops.push(stack.stop);
  const dynamodb = await startDynamoDB();
  stops.push(dynamodb.stop);

  let printed = '';
  const log = (text: string) => {
    printed = (printed + text).slice(-LOG_CHARACTERS);
  };
  const invoked = new Set<string>();
  const invoke: Lambda['invoke'] = (name, event) => {
    const short = shortName(name);
    invoked.add(short);
    return lambda.invoke(deployedName(short), event);
  };
  const account = { AWS_REGION: REGION, AWS_ACCESS_KEY_ID: 'emulated', AWS_SECRET_ACCESS_KEY: 'emulated' };
  const stepFunctions = await startStepFunctions({
    credentials: clientSettings(account, 'SFN').credentials,
    machines: machinesOf(stack),
    invokeTask: invoke,
  });
  stops.push(stepFunctions.stop);

  const services = {
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    AWS_ENDPOINT_URL_SFN: stepFunctions.endpoint,
    AWS_ENDPOINT_URL_EVENTBRIDGE: stack.endpoint,
    AWS_ENDPOINT_URL_SCHEDULER: stack.endpoint,
    AWS_ENDPOINT_URL_SQS: stack.endpoint,
  };
  const calls: Recorded[] = [];
  const record = (passing: ForwardedRequest) => {
    const call = recordedOf(passing);
    if (call) calls.push(call);
  };
  const watched = await Promise.all(
    Object.entries(services).map(async ([variable, endpoint]) => {
      const proxy = await startForwardingProxy(endpoint, record);
      stops.push(proxy.stop);
      return [variable, proxy.endpoint];
    }),
  );

  const environment = { ...account, ...services };
  const settings = ofType(stack, 'AWS::Lambda::Function').map(([id, resource]) =>
    settingsOf(out, id, resource, { ...account, ...Object.fromEntries(watched) }),
  );
  const lambda = createLambda(Object.fromEntries(settings), log, startRuntime);
  stops.push(lambda.stop);
  const tables = ofType(stack, 'AWS::DynamoDB::Table').map(([id, table]) => ({
    ...tableOf([id, table as TableResource]),
    name: table.Properties.TableName,
  }));
  await Promise.all([createTables(tables, environment), createGroup(environment)]);
  const [[, apiStage] = []] = ofType(template, 'AWS::ApiGateway::Stage');
  const gateway = await startGateway({ port: 0, invoke, log, stage: apiStage?.Properties.StageName });
  stops.push(gateway.stop, readStream(stack, environment, invoke));
  return { url: gateway.url, stack, environment, calls, invoked, invoke, log: () => printed };
}

/** `arn:…:function:remount-prod-vault`, `remount-prod-vault` or `vault` → `vault`. */
function shortName(name: string): string {
  return name.slice(name.lastIndexOf(':') + 1).replace(`${STACK}-`, '');
}

function deployedName(short: string): string {
  return `${STACK}-${short}`;
}

/** As CloudFormation substitutes them: name of the state machine → its definition. */
function machinesOf(stack: Stack): Record<string, string> {
  const machines = ofType(stack, 'AWS::StepFunctions::StateMachine').map(([, { Properties }]) => {
    const { StateMachineName, Definition, DefinitionSubstitutions } = Properties;
    const text = JSON.stringify(Definition);
    return [StateMachineName, text.replaceAll(/\$\{(\w+)\}/g, (_, name) => DefinitionSubstitutions[name])];
  });
  return Object.fromEntries(machines);
}

/** The settings of a function by its deployed name. `AWS_…` are variables of Lambda itself. */
function settingsOf(
  out: string,
  id: string,
  { Properties }: Resource,
  aws: Record<string, string>,
): [string, FunctionSettings] {
  const { FunctionName, Code, Handler, Timeout, MemorySize, Environment, LoggingConfig } = Properties;
  return [
    FunctionName,
    {
      bundle: join(out, basename(Code.S3Key, '.zip')),
      timeoutSeconds: Timeout,
      memoryMB: MemorySize,
      environment: {
        ...aws,
        _HANDLER: Handler,
        AWS_LAMBDA_LOG_FORMAT: LoggingConfig.LogFormat,
        AWS_LAMBDA_LOG_LEVEL: LoggingConfig.ApplicationLogLevel,
        // Not on Lambda, where each function has its role. It names the function in the records of calls.
        AWS_SDK_UA_APP_ID: functionName(id),
        ...Environment.Variables,
      },
    },
  ];
}

/** The group of the stack's schedules, which moto does not create with the stack. */
async function createGroup(environment: Record<string, string>): Promise<void> {
  const client = new SchedulerClient(clientSettings(environment, 'SCHEDULER'));
  await client.send(new CreateScheduleGroupCommand({ Name: STACK })).finally(() => client.destroy());
}

/** @returns stops reading */
function readStream(
  stack: Stack,
  environment: Record<string, string>,
  invoke: Lambda['invoke'],
): () => Promise<void> {
  const [[, mapping] = []] = ofType(stack, 'AWS::Lambda::EventSourceMapping');
  const { FunctionName, EventSourceArn, BatchSize, FilterCriteria } = mapping?.Properties ?? {};
  const client = new DynamoDBStreamsClient(clientSettings(environment, 'DYNAMODB'));
  const reader = startStreamReader({
    client,
    mapping: {
      table: /table\/([^/]+)/.exec(EventSourceArn)?.[1] ?? '',
      functionName: FunctionName,
      filters: FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern)),
      batchSize: BatchSize,
    },
    invoke,
  });
  return async () => {
    await reader.stop();
    client.destroy();
  };
}
