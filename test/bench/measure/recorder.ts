/** What is between a function and AWS while its calls are recorded. */

import { buffer } from 'node:stream/consumers';
import type { CountingProxy } from '../../../infra/demo/countingProxy.ts';
import { startForwardingProxy } from '../../../infra/demo/forwardingProxy.ts';
import { startLocalServer } from '../../../infra/local/localServer.ts';
import type { BareCall } from '../bare/calls.ts';

export interface Recorder extends CountingProxy {
  /** Step Functions that starts nothing: a mount that is moved could not be moved again. */
  stepFunctions: string;
  /** Keeps the calls that are made meanwhile, in their order. */
  recorded(work: () => Promise<void>): Promise<BareCall[]>;
}

export async function startRecorder(dynamodbEndpoint: string): Promise<Recorder> {
  let calls: BareCall[] | undefined;
  const keep = (target: unknown, body: Buffer) => {
    const [service = '', operation = ''] = String(target).split('.');
    if (!service.startsWith('DynamoDBStreams'))
      calls?.push({ operation, input: JSON.parse(body.toString('utf8')) });
  };
  const dynamodb = await startForwardingProxy(dynamodbEndpoint, ({ headers, body }) =>
    keep(headers['x-amz-target'], body),
  );
  const stepFunctions = await startLocalServer(async (incoming, outgoing) => {
    keep(incoming.headers['x-amz-target'], await buffer(incoming));
    const body = JSON.stringify({ executionArn: 'none', startDate: 0 });
    outgoing.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
  });
  return {
    endpoint: dynamodb.endpoint,
    stepFunctions: stepFunctions.endpoint,
    take: () => ({}),
    async recorded(work) {
      const kept: BareCall[] = [];
      calls = kept;
      await work();
      calls = undefined;
      return kept;
    },
    async stop() {
      stepFunctions.stop();
      await dynamodb.stop();
    },
  };
}
