/**
 * Records what the functions of a local service ask of AWS: a line for each function and right that it needed,
 * in a file of `.build/rights`. The functions tell who they are by their user agent.
 */

import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ForwardedRequest,
  type ForwardingProxy,
  startForwardingProxy,
} from '../../infra/demo/forwardingProxy.ts';
import { type Service, type ServiceOptions, startService } from '../../infra/local/service.ts';
import { type Need, needsOf } from './needs.ts';

export interface Recorded extends Need {
  functionName: string;
}

export const RECORDS = join(import.meta.dirname, '..', '..', '.build', 'rights');

/** The names of the records: each whole service that is recorded has its own. */
export const RECORDED = ['contract', 'announcements', 'requests', 'schedules', 'seldom'] as const;

/** Scheduler has no header for the operation. */
const SCHEDULER_VERBS: Record<string, string> = {
  POST: 'CreateSchedule',
  PUT: 'UpdateSchedule',
  DELETE: 'DeleteSchedule',
};

/**
 * Records in `npm run test:deep` alone, which runs all that is recorded: a record of a part would be taken for the whole.
 * @param name of the record
 */
export async function startRecordedService(
  name: (typeof RECORDED)[number],
  options: ServiceOptions = {},
): Promise<Service> {
  if (process.env.DEPTH !== 'deep') return startService(options);
  const file = join(RECORDS, `${name}.jsonl`);
  mkdirSync(RECORDS, { recursive: true });
  rmSync(file, { force: true });
  const seen = new Set<string>();
  const record = (passing: ForwardedRequest) => {
    for (const needed of recordedOf(passing)) {
      const line = JSON.stringify(needed);
      if (!seen.has(line)) appendFileSync(file, `${line}\n`);
      seen.add(line);
    }
  };
  const proxies: ForwardingProxy[] = [];
  const between = async (endpoints: Record<string, string>) => {
    const through = Object.entries(endpoints).map(async ([variable, endpoint]) => {
      const proxy = await startForwardingProxy(endpoint, record);
      proxies.push(proxy);
      return [variable, proxy.endpoint];
    });
    return Object.fromEntries(await Promise.all(through));
  };
  const service = await startService({ ...options, between });
  return {
    ...service,
    async stop() {
      await service.stop();
      await Promise.all(proxies.map((proxy) => proxy.stop()));
    },
  };
}

/** Nothing for what is asked by no function, such as a test that looks into a queue. */
function recordedOf({ method, headers, body }: ForwardedRequest): Recorded[] {
  const [, functionName] = /\bapp\/(\w+)/.exec(String(headers['user-agent'])) ?? [];
  if (functionName === undefined) return [];
  const [, named] = /\.(\w+)$/.exec(String(headers['x-amz-target'])) ?? [];
  const operation = named ?? SCHEDULER_VERBS[method] ?? method;
  const request = body.length > 0 ? JSON.parse(body.toString()) : {};
  return needsOf(operation, request).map((need) => ({ functionName, ...need }));
}
