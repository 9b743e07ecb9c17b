/** A service to measure: the service of `npm start`, with a proxy between the functions and DynamoDB. */

import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamodbStore } from '../../../functions/adapters/dynamodbStore.ts';
import type { Store } from '../../../functions/ports/store.ts';
import { clientSettings } from '../../local/clientSettings.ts';
import { startDynamoDB } from '../../local/dynamodb.ts';
import { inspect } from '../../local/inspect.ts';
import { startService } from '../../local/service.ts';
import type { CountingProxy } from '../countingProxy.ts';
import { type Vault, vaultClient } from '../vault.ts';

export interface Lab<Proxy extends CountingProxy = CountingProxy> {
  /** With the root token, in the root namespace. */
  root: Vault;
  rootToken: string;
  proxy: Proxy;
  /** The tables, not through the proxy. */
  store: Store;
  /** The same tables, as a client of the SDK. */
  client: DynamoDBClient;
  /** The environment of the functions; `AWS_ENDPOINT_URL_DYNAMODB` is the proxy. */
  environment: Record<string, string>;
  /** Waits for the end of a migration's workflow and returns its state transitions. */
  transitionsOf(migrationId: string): Promise<number>;
  stop(): Promise<void>;
}

/** Keeps the reconciler from running every minute: its calls would be counted as those of a move. */
const NEVER_S = 86_400;
const GIVE_UP_MS = 60_000;

/**
 * @param startProxy starts a proxy in front of the DynamoDB with that endpoint
 * @param dataDir keeps the data in this folder; without it, in memory
 */
export async function startLab<Proxy extends CountingProxy>(
  startProxy: (dynamodbEndpoint: string) => Promise<Proxy>,
  dataDir?: string,
): Promise<Lab<Proxy>> {
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  try {
    const emulator = await startDynamoDB({ dataDir });
    stops.push(emulator.stop);
    const proxy = await startProxy(emulator.endpoint);
    stops.push(proxy.stop);
    const service = await startService({
      dynamodbEndpoint: proxy.endpoint,
      reconcileSeconds: NEVER_S,
      // A start reads the record while it waits for the switch, as a poll of the status does: no cost of the move.
      holdStartMs: 0,
    });
    stops.push(service.stop);
    const settings = clientSettings(service.environment, 'DYNAMODB');
    const client = new DynamoDBClient({ ...settings, endpoint: emulator.endpoint });
    stops.push(() => client.destroy());
    const clock = { now: () => Date.now(), sleep: (ms: number) => delay(ms) };
    return {
      root: vaultClient(service.url, service.rootToken),
      rootToken: service.rootToken,
      proxy,
      store: dynamodbStore(client, (table) => table, clock),
      client,
      environment: service.environment,
      transitionsOf: (id) => transitions(service.environment, `${id}-1`),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** An execution, as the local Step Functions shows it. */
interface Shown {
  status: string;
  transitions: number;
}

/** Read from the local Step Functions, by a request that does not count as a call to AWS. */
async function transitions(environment: Record<string, string>, name: string): Promise<number> {
  for (const startedAt = Date.now(); Date.now() - startedAt < GIVE_UP_MS; await delay(2)) {
    const execution = await inspect<Shown>(environment, 'SFN', `/executions/${name}`);
    if (execution.status === 'SUCCEEDED') return execution.transitions;
    if (execution.status !== 'RUNNING') break;
  }
  throw new Error(`the workflow ${name} has not succeeded`);
}
