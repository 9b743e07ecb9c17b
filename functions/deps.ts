/**
 * Builds what the domain needs from the environment. Only this file does so. The bundle of a function contains only the
 * parts that its entry imports.
 */

import { setTimeout } from 'node:timers/promises';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { clusterSettings } from './adapters/clusterEnvironment.ts';
import { dynamodbClient } from './adapters/dynamodbClient.ts';
import { dynamodbStore } from './adapters/dynamodbStore.ts';
import { eventBridge } from './adapters/eventBridge.ts';
import { eventBridgeScheduler } from './adapters/eventBridgeScheduler.ts';
import { powertoolsLog } from './adapters/powertoolsLog.ts';
import { randomIds } from './adapters/randomIds.ts';
import { readSecret } from './adapters/secretsManager.ts';
import { stepFunctions } from './adapters/stepFunctions.ts';
import { vaultCluster } from './adapters/vaultCluster.ts';
import { clusterStore } from './cluster/clusterStore.ts';
import { CALL_TIMEOUT_MS, CONNECT_TIMEOUT_MS, DEFAULT_RETENTION_DAYS, HOLD_START_MS } from './limits.ts';
import type { Bus } from './ports/bus.ts';
import type { Cluster } from './ports/cluster.ts';
import type { Clock, Deps, DepsFor, Log, Workflows } from './ports/deps.ts';
import type { Scheduler } from './ports/scheduler.ts';

/**
 * Called once per function instance. Clients connect with their first call.
 * @param workflows for functions that start workflows
 * @param scheduler for functions that change schedules
 */
export function depsFromEnvironment({
  workflows = NO_WORKFLOWS,
  scheduler = NO_SCHEDULER,
}: Partial<Pick<Deps, 'workflows' | 'scheduler'>> = {}): Deps {
  return {
    store: dynamodbStore(
      dynamodbClient(clientSettings(), userAgent()),
      (table) => required(`${table.toUpperCase()}_TABLE`),
      clock,
    ),
    clock,
    ids: randomIds,
    workflows,
    scheduler,
    log: powertoolsLog(),
    settings: {
      requestLifeMs: Number(required('REQUEST_LIFE_SECONDS')) * 1_000,
      minChosenIdLength: Number(process.env.MIN_CHOSEN_ID_LENGTH ?? Number.MAX_SAFE_INTEGER),
      retentionS: Number(process.env.RETENTION_DAYS ?? DEFAULT_RETENTION_DAYS) * 86_400,
      holdStartMs: Number(process.env.HOLD_START_MS ?? HOLD_START_MS),
    },
  };
}

/**
 * For the functions that are asked about mounts. Where these are a cluster's, each request and each step has a store of
 * its own, which reads the cluster anew.
 */
export function requestDepsFromEnvironment(parts: Parameters<typeof depsFromEnvironment>[0] = {}): DepsFor {
  const deps = depsFromEnvironment(parts);
  const cluster = clusterFromEnvironment();
  if (!cluster) return () => deps;
  return (token) => ({ ...deps, cluster, store: clusterStore(cluster, deps.store, token) });
}

function clusterFromEnvironment(): Cluster | undefined {
  const settings = clusterSettings(process.env, clock, (arn) => {
    return readSecret(new SecretsManagerClient(clientSettings()), arn);
  });
  return settings && vaultCluster(settings);
}

export function workflowsFromEnvironment(): Workflows {
  return stepFunctions(new SFNClient(clientSettings()), (machine) =>
    required(`${machine.toUpperCase()}_STATE_MACHINE_ARN`),
  );
}

const NO_WORKFLOWS: Workflows = {
  start: () => Promise.reject(new Error('the function starts no workflow')),
};

export function schedulerFromEnvironment(): Scheduler {
  return eventBridgeScheduler(new SchedulerClient(clientSettings()), (name) => required(`SCHEDULE_${name}`));
}

const NO_SCHEDULER: Scheduler = {
  put: () => Promise.reject(new Error('the function has no scheduler')),
  remove: () => Promise.reject(new Error('the function has no scheduler')),
};

/** Separate from {@link depsFromEnvironment}: the function that announces events needs no store. */
export function busFromEnvironment(): Bus {
  return eventBridge(new EventBridgeClient(clientSettings()), required('EVENT_BUS'));
}

export function logFromEnvironment(): Log {
  return powertoolsLog();
}

/** The names of the policies that authorise requests by events, from the deployment's settings. */
export function eventPolicies(): string[] {
  const names = required('EVENT_POLICIES').split(',');
  return names.map((name) => name.trim()).filter((name) => name !== '' && name !== 'none');
}

function clientSettings() {
  const requestHandler = {
    requestTimeout: CALL_TIMEOUT_MS,
    throwOnRequestTimeout: true,
    connectionTimeout: CONNECT_TIMEOUT_MS,
  };
  // Nothing changes the middleware of a client after its first call, so it need not be put together for each call.
  return { requestHandler, maxAttempts: 3, cacheMiddleware: true };
}

/** Names the function where the environment does, as that of the SDK. */
function userAgent(): string {
  const { AWS_SDK_UA_APP_ID: app } = process.env;
  return app ? `remount app/${app}` : 'remount';
}

const clock: Clock = {
  now: () => Date.now(),
  sleep: async (ms) => {
    await setTimeout(ms);
  },
};

/** What has been read of the environment, which never changes: Node looks up a variable anew each time. */
const known = new Map<string, string>();

/** The environment of a function names only the tables and state machines that its role may use. */
function required(name: string): string {
  const value = known.get(name) ?? process.env[name];
  if (!value) throw new Error(`the environment lacks ${name}`);
  known.set(name, value);
  return value;
}
