/** The service as `npm start` runs it, with a data folder, and a real OpenBao in memory, asked by the same client. */

import { setTimeout as delay } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamodbStore } from '../../../functions/adapters/dynamodbStore.ts';
import type { Store } from '../../../functions/ports/store.ts';
import { startDynamoDB } from '../../../infra/local/dynamodb.ts';
import { type Client, clientOf } from '../../cluster/support/client.ts';
import { findFreePort } from '../../support/freePort.ts';
import { findOpenBao, HOW_TO_GET_OPENBAO, startOpenBao } from '../../support/openbao.ts';
import { startProgram } from '../../support/program.ts';
import { answers, npmStart } from '../npmStart.ts';

export interface Beside {
  ours: Client;
  reference: Client;
  /** The tables of the service. */
  store: Store;
  /** The program of the reference. */
  program: string;
  stop(): Promise<void>;
}

/** @returns how to get the program, if it is not there */
export async function missingReference(): Promise<string[]> {
  return (await findOpenBao()) ? [] : [HOW_TO_GET_OPENBAO];
}

export async function startBeside(dataDir: string): Promise<Beside> {
  const stops: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const stopPart of stops.splice(0).reverse()) await stopPart();
  };
  try {
    const bao = await startOpenBao();
    stops.push(bao.stop);
    // The emulator that the service would start, so that mounts can be filled in the tables.
    const { endpoint, stop: stopEmulator } = await startDynamoDB({ dataDir });
    stops.push(stopEmulator);
    const service = await npmStart({ dynamodbEndpoint: endpoint });
    stops.push(service.stop);
    const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new DynamoDBClient({ region: 'us-east-1', endpoint, credentials });
    stops.push(() => client.destroy());
    const clock = { now: () => Date.now(), sleep: (ms: number) => delay(ms) };
    return {
      ours: service.root,
      reference: clientOf(bao.address, bao.rootToken),
      store: dynamodbStore(client, (table) => table, clock),
      program: bao.program,
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @returns milliseconds from the start of the process to the first answer */
export async function startOurs(): Promise<number> {
  return timedStart(() => npmStart());
}

/** The same for the reference. */
export async function startReference(program: string): Promise<number> {
  const port = await findFreePort();
  const root = clientOf(`http://127.0.0.1:${port}`, 'root');
  const args = [
    '-dev',
    '-dev-no-store-token',
    '-dev-root-token-id=root',
    `-dev-listen-address=127.0.0.1:${port}`,
  ];
  return timedStart(async () => {
    const server = await startProgram([program, 'server', ...args], () => answers(root));
    return { stop: () => server.end('SIGTERM') };
  });
}

async function timedStart(start: () => Promise<{ stop(): Promise<void> }>): Promise<number> {
  const startedAt = performance.now();
  const { stop } = await start();
  const ms = performance.now() - startedAt;
  await stop();
  return ms;
}
