/** One service and one browser for all tests of the page. */

import { randomUUID } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import { startDynamoDB } from '../../infra/local/dynamodb.ts';
import { startService } from '../../infra/local/service.ts';
import { startHeldSwitch } from '../support/heldSwitch.ts';
import { launchChromium } from './chromium.ts';

export interface Served {
  url: string;
  rootToken: string;
  /** The endpoint of the browser for Playwright. */
  browser: string;
  /** The endpoint of {@link startHeldSwitch}. */
  database: string;
}

declare module 'vitest' {
  export interface ProvidedContext {
    served: Served;
  }
}

/** Vitest calls this before the first file, and the returned function after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const browser = await launchChromium();
  const dynamodb = await startDynamoDB();
  const held = await startHeldSwitch(dynamodb.endpoint);
  const service = await startService({
    rootToken: `root-${randomUUID()}`,
    dynamodbEndpoint: held.endpoint,
  });
  project.provide('served', {
    url: service.url,
    rootToken: service.rootToken,
    browser: browser.wsEndpoint(),
    database: held.endpoint,
  });
  return async () => {
    await service.stop();
    held.stop();
    await dynamodb.stop();
    await browser.close();
  };
}
