/** What each function is deployed with (`infra/functions.yml`), with the values that this machine has for it. */

import { join } from 'node:path';
import type { AsyncSettings } from './asyncInvoke.ts';
import { readFragment } from './fragment.ts';
import type { FunctionSettings } from './lambdaEnvironment.ts';

interface Deployed {
  timeout: number;
  memorySize: number;
  environment?: Record<string, unknown>;
  maximumRetryAttempts?: number;
  destinations?: { onFailure: { arn: string } };
}

/** Their timeout is the longest life of a request. */
const API_FUNCTIONS = ['remount', 'status', 'vault'];

export interface LocalValues {
  /** The folder with a bundle for each function. */
  bundles: string;
  /** Variables that every function sees. */
  common: Record<string, string>;
  /** Variables that a function sees if it is deployed with one of that name. */
  own: Record<string, string>;
  requestLifeSeconds: number;
}

/** The settings by function name. Throws if a function is deployed with a variable that has no value here. */
export async function functionSettings(values: LocalValues): Promise<Record<string, FunctionSettings>> {
  const deployed = await readFragment<Record<string, Deployed>>('functions');
  const settings = Object.entries(deployed).map(([name, { timeout, memorySize, environment = {} }]) => [
    name,
    {
      bundle: join(values.bundles, name, 'index.mjs'),
      timeoutSeconds: API_FUNCTIONS.includes(name) ? values.requestLifeSeconds : timeout,
      memoryMB: memorySize,
      environment: {
        ...values.common,
        ...pick({ ...values.common, ...values.own }, Object.keys(environment)),
      },
    },
  ]);
  return Object.fromEntries(settings);
}

/**
 * What each function is deployed with for asynchronous invocations.
 * @param queues names by logical id
 */
export async function asyncSettings(queues: Record<string, string>): Promise<Record<string, AsyncSettings>> {
  const deployed = await readFragment<Record<string, Deployed>>('functions');
  const settings = Object.entries(deployed).map(([name, { maximumRetryAttempts = 2, destinations }]) => [
    name,
    {
      retries: maximumRetryAttempts,
      onFailure: destinations && queues[destinations.onFailure.arn.replace(/\.Arn$/, '')],
    },
  ]);
  return Object.fromEntries(settings);
}

function pick(values: Record<string, string>, names: string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => {
      if (values[name] === undefined) throw new Error(`the local service has no value for ${name}`);
      return [name, values[name]];
    }),
  );
}
