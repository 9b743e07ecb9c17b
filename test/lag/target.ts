/** One service for all files of the project `lag`. Its functions reach their store through the lag proxy. */

import { randomUUID } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import { startDynamoDB } from '../../infra/local/dynamodb.ts';
import { startService } from '../../infra/local/service.ts';
import { seedFrom } from '../support/chance.ts';
import { startLagProxy } from '../support/lag/proxy.ts';

/** Vitest calls this before the first file, and what it returns after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const seed = seedFrom('LAG_SEED');
  console.log(`the store lags with LAG_SEED=${seed}`);
  const dynamodb = await startDynamoDB();
  const proxy = await startLagProxy(dynamodb.endpoint, seed);
  const rootToken = `root-${randomUUID()}`;
  const service = await startService({ port: 0, rootToken, dynamodbEndpoint: proxy.endpoint });
  project.provide('target', { address: service.url, rootToken, isReference: false, isOwn: true });
  return async () => {
    await service.stop();
    await proxy.stop();
    await dynamodb.stop();
  };
}
