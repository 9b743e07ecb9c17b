/** What is between the functions and DynamoDB during a measurement: nothing, or a meter of request units. */

import type { IncomingMessage } from 'node:http';
import type { Calls, CountingProxy } from '../../../infra/demo/countingProxy.ts';
import { startLocalServer } from '../../../infra/local/localServer.ts';
import { addUnits, type Consumed, type Units, unitsOf } from '../units.ts';

/** The functions call DynamoDB directly; nothing is counted. */
export async function noProxy(dynamodbEndpoint: string): Promise<CountingProxy> {
  return { endpoint: dynamodbEndpoint, take: () => ({}), stop: async () => {} };
}

export interface Meter extends CountingProxy {
  /** The units of tables and indexes that DynamoDB reports as consumed since the last call of this function. */
  takeUnits(): Units;
}

const NOTHING: Units = { read: 0, write: 0 };

/** Makes DynamoDB report what each call consumes. Reads of a stream are forwarded unchanged: they cost nothing. */
export async function startMeter(dynamodbEndpoint: string): Promise<Meter> {
  let calls: Calls = {};
  let units = NOTHING;
  const { endpoint, stop } = await startLocalServer(async (incoming, outgoing) => {
    const target = String(incoming.headers['x-amz-target']);
    const operation = target.replace(/^.*\./, '');
    const isStream = target.startsWith('DynamoDBStreams');
    const asked = await readJson(incoming);
    const body = JSON.stringify(isStream ? asked : { ...asked, ReturnConsumedCapacity: 'INDEXES' });
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': target,
      ...signature(incoming),
    };
    const response = await fetch(dynamodbEndpoint, { method: 'POST', headers, body });
    const text = await response.text();
    if (!isStream) {
      const { ConsumedCapacity } = JSON.parse(text) as { ConsumedCapacity?: Consumed | Consumed[] };
      calls[operation] = (calls[operation] ?? 0) + 1;
      units = addUnits(units, unitsOf(operation, ConsumedCapacity));
    }
    outgoing.writeHead(response.status, { 'content-type': 'application/x-amz-json-1.0' }).end(text);
  });
  return {
    endpoint,
    take() {
      const taken = calls;
      calls = {};
      return taken;
    },
    takeUnits() {
      const taken = units;
      units = NOTHING;
      return taken;
    },
    stop: async () => stop(),
  };
}

async function readJson(incoming: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

/** The emulator requires a signature, but does not check it. */
function signature({ headers }: IncomingMessage): Record<string, string> {
  const kept = ['authorization', 'x-amz-date'].map((name) => [name, String(headers[name] ?? '')] as const);
  return Object.fromEntries(kept.filter(([, value]) => value !== ''));
}
