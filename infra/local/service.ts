/** The whole service on one machine: the deployed functions, connected to local versions of the AWS services. */

import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { CLUSTER_VARIABLES } from '../../functions/adapters/clusterEnvironment.ts';
import { startAutomation } from './automation.ts';
import { BUNDLES, bundled } from './bundles.ts';
import { clientSettings } from './clientSettings.ts';
import { startDynamoDB } from './dynamodb.ts';
import { stateMachineArn } from './executions.ts';
import { prepareService } from './firstStart.ts';
import { functionSettings } from './functions.ts';
import { startGateway } from './gateway.ts';
import { createLambda, type Lambda } from './lambda.ts';
import { makePrivate } from './privateFolder.ts';
import { type ReconcilerClock, startReconcilerClock } from './reconcilerClock.ts';
import { startStepFunctions } from './stepFunctions.ts';
import { createTables, readTables, type Table } from './tables.ts';

export interface ServiceOptions {
  /** 0, the default, for any free port. */
  port?: number;
  /** The first of the three ports of the event bus, the queues and the scheduler; 0, the default, for any free ports. */
  awsPort?: number;
  /** Keeps the data in this folder; without it, in memory. */
  dataDir?: string | undefined;
  /** A running DynamoDB to use instead of the emulator. */
  dynamodbEndpoint?: string | undefined;
  /** Puts proxies between the functions and AWS: takes the SDK's `AWS_ENDPOINT_URL_…`, returns those to use instead. */
  between?: (endpoints: Record<string, string>) => Promise<Record<string, string>>;
  /** The stage of the gateway, which clients write before every path; without it they write none. */
  stage?: string;
  rootToken?: string;
  /**
   * The variables of the functions that name a cluster. The service then moves its mounts, and has no mount and no root
   * token of its own.
   */
  cluster?: Record<string, string> | undefined;
  /** The longest life of a request: the timeout of the API functions and of the gateway. */
  requestLifeSeconds?: number;
  reconcileSeconds?: number;
  /** For how long the answer to a start waits for the switch, in milliseconds; without it, as deployed. */
  holdStartMs?: number;
  /** Names of the policies that authorise remounts requested by events. */
  eventPolicies?: readonly string[];
  /** Seconds before each retry of a failed asynchronous invocation. */
  retryPausesSeconds?: readonly number[];
  /** Receives what the functions log. */
  log?: (text: string) => void;
  /** Called if the DynamoDB emulator ends by itself. The service does not work without it. */
  onCrash?: () => void;
}

export interface Service {
  url: string;
  /** Empty in front of a cluster. */
  rootToken: string;
  /** The environment of the functions, with the endpoints of the local AWS services. */
  environment: Record<string, string>;
  /** Invokes a function, as `aws lambda invoke` does. */
  invoke: Lambda['invoke'];
  /** Stops everything that was started, within about two seconds. */
  stop(): Promise<void>;
}

const ASL_FOLDER = join(import.meta.dirname, '..', '..', 'statemachine');

/**
 * Starts the service. If this fails, stops what was already started.
 * @throws StartError if a port or the data folder cannot be used
 */
export async function startService(options: ServiceOptions = {}): Promise<Service> {
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  try {
    return { ...(await startParts(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(
  options: ServiceOptions,
  stops: (() => Promise<void> | void)[],
): Promise<Omit<Service, 'stop'>> {
  const { port = 0, requestLifeSeconds = 29, reconcileSeconds = 60, cluster, log } = options;
  const rootToken = cluster ? '' : (options.rootToken ?? 'root');
  const building = bundled();
  building.catch(() => {}); // Awaited below. An earlier failure is reported instead.
  const [tables, machines] = await Promise.all([readTables(), readStateMachines()]);

  if (options.dataDir !== undefined) await makePrivate(options.dataDir, log);
  const dynamodb = await startDynamoDB({
    dataDir: options.dataDir,
    endpoint: options.dynamodbEndpoint,
    ...(options.onCrash && { onCrash: options.onCrash }),
  });
  stops.push(dynamodb.stop);

  let reconcilerClock: ReconcilerClock | undefined;
  const invoke: Lambda['invoke'] = (functionName, event) => lambda.invoke(functionName, event);
  const account = accountVariables(options.dynamodbEndpoint !== undefined);
  const { credentials } = clientSettings(account, 'SFN');
  const stepFunctions = await startStepFunctions({
    credentials,
    machines,
    invokeTask: invoke,
    onEnd: (execution) => reconcilerClock?.onExecutionEnd(execution),
  });
  stops.push(stepFunctions.stop);

  const { dataDir, eventPolicies, retryPausesSeconds } = options;
  const automation = await startAutomation({
    invoke,
    credentials,
    firstPort: options.awsPort,
    stops,
    dataDir,
    eventPolicies,
    retryPausesSeconds,
    log,
  });

  const { between = async (same) => same } = options;
  const endpoints = await between({
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint,
    AWS_ENDPOINT_URL_SFN: stepFunctions.endpoint,
    ...automation.endpoints,
  });
  const aws = { ...account, ...endpoints };
  const common = {
    ...aws,
    ...SETTINGS,
    ...NO_CLUSTER,
    ...cluster,
    REQUEST_LIFE_SECONDS: String(requestLifeSeconds),
    ...(options.holdStartMs !== undefined && { HOLD_START_MS: String(options.holdStartMs) }),
  };
  const own = {
    ...resourceVariables(tables, Object.keys(machines)),
    ...automation.variables,
    MIN_CHOSEN_ID_LENGTH: '1',
  };
  const settings = await functionSettings({ bundles: BUNDLES, common, own, requestLifeSeconds });
  await Promise.all([createTables(tables, aws), building]);
  const lambda = createLambda(settings, log);
  stops.push(lambda.stop);

  const prepared = Promise.withResolvers<void>();
  const gateway = await startGateway({
    port,
    // Whoever is early waits: an answer means that the root token is valid.
    invoke: async (functionName, event) => {
      await prepared.promise;
      return invoke(functionName, event);
    },
    timeoutSeconds: requestLifeSeconds,
    ...(options.stage !== undefined && { stage: options.stage }),
    log,
  });
  stops.push(gateway.stop);
  if (!cluster) {
    for (const functionName of ['vault', 'bootstrap']) lambda.warm(functionName);
    await prepareService(invoke, rootToken);
  }
  prepared.resolve();
  // The first move does not wait for these two, one after the other.
  for (const functionName of ['remount', 'switch']) lambda.warm(functionName);
  stops.push(automation.readStreams(aws));
  reconcilerClock = startReconcilerClock(automation.invokeLater, reconcileSeconds);
  stops.push(reconcilerClock.stop);
  return { url: gateway.url, rootToken, environment: { ...common, ...own }, invoke };
}

/** The access key of the credentials that are made for a start. */
export const LOCAL_ACCESS_KEY = 'local';

const SETTINGS = {
  POWERTOOLS_SERVICE_NAME: 'remount',
  POWERTOOLS_LOG_LEVEL: 'INFO',
  NODE_OPTIONS: '--enable-source-maps',
};

/** The variables of the deployed functions that speak to a cluster, without one. */
const NO_CLUSTER = Object.fromEntries([...CLUSTER_VARIABLES, 'CLUSTER_SECRET_ARN'].map((name) => [name, '']));

/** ASL texts by state machine name. */
async function readStateMachines(): Promise<Record<string, string>> {
  const files = (await readdir(ASL_FOLDER)).filter((file) => file.endsWith('.asl.json'));
  const texts = await Promise.all(files.map((file) => readFile(join(ASL_FOLDER, file), 'utf8')));
  return Object.fromEntries(files.map((file, i) => [basename(file, '.asl.json'), texts[i] ?? '']));
}

/**
 * Variables for the SDK only: credentials that are made for this start, so that nobody else can call the local AWS
 * services. Another DynamoDB may need the user's own credentials, or keep its data by their access key.
 */
function accountVariables(hasOtherDynamoDB: boolean): Record<string, string> {
  const {
    AWS_REGION = 'us-east-1',
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN,
  } = process.env;
  if (hasOtherDynamoDB && AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY)
    return {
      AWS_REGION,
      AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY,
      ...(AWS_SESSION_TOKEN !== undefined && { AWS_SESSION_TOKEN }),
    };
  return {
    AWS_REGION,
    AWS_ACCESS_KEY_ID: LOCAL_ACCESS_KEY,
    AWS_SECRET_ACCESS_KEY: randomBytes(24).toString('base64url'),
  };
}

function resourceVariables(tables: Table[], machines: string[]): Record<string, string> {
  const tableNames = tables.map(({ name }) => [`${name.toUpperCase()}_TABLE`, name]);
  const arns = machines.map((machine) => [
    `${machine.toUpperCase()}_STATE_MACHINE_ARN`,
    stateMachineArn(machine),
  ]);
  return Object.fromEntries([...tableNames, ...arns]);
}
