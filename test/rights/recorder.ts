/**
 * Records the rights that the calls of a local service need from AWS, one line for each function and right, in a file
 * of `.build/rights`. The user agent of a call names the function.
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

/** The names of the records: one for each service whose calls are recorded. */
export const RECORDED = ['contract', 'announcements', 'requests', 'schedules', 'seldom', 'front'] as const;

/** Requests to Scheduler have no header for the operation. */
const SCHEDULER_VERBS: Record<string, string> = {
  POST: 'CreateSchedule',
  PUT: 'UpdateSchedule',
  DELETE: 'DeleteSchedule',
};

/**
 * Records only in `npm run test:deep`, which runs all recorded tests. The record of a part would be taken for the whole.
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

/** @returns nothing for a call that no function made, such as that of a test that reads a queue */
function recordedOf({ method, headers, body }: ForwardedRequest): Recorded[] {
  const [, functionName] = /\bapp\/(\w+)/.exec(String(headers['user-agent'])) ?? [];
  if (functionName === undefined) return [];
  const [, named] = /\.(\w+)$/.exec(String(headers['x-amz-target'])) ?? [];
  const operation = named ?? SCHEDULER_VERBS[method] ?? method;
  const request = body.length > 0 ? JSON.parse(body.toString()) : {};
  return needsOf(operation, request).map((need) => ({ functionName, ...need }));
}
