/** The settings of each function (`infra/functions.yml`), with the local values of its variables. */

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

/** Functions whose timeout is the longest life of a request. */
const API_FUNCTIONS = ['remount', 'status', 'vault'];

export interface LocalValues {
  /** The folder with a bundle for each function. */
  bundles: string;
  /** Variables for every function. */
  common: Record<string, string>;
  /** Variables for the functions that are deployed with one of that name. */
  own: Record<string, string>;
  requestLifeSeconds: number;
}

/**
 * The settings by function name.
 * @throws Error if a function is deployed with a variable that has no local value
 */
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
 * The settings for asynchronous invocations by function name.
 * @param queues names of queues by logical id
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
