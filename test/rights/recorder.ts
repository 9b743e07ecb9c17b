/**
 * Records the rights that the calls of a local service need from AWS, one line for each function and kind of call, in a
 * file of `.build/rights`. The user agent of a call names the function.
 */

import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ForwardedRequest,
  type ForwardingProxy,
  startForwardingProxy,
} from '../../infra/demo/forwardingProxy.ts';
import { type Service, type ServiceOptions, startService } from '../../infra/local/service.ts';
import { type Need, needsOf } from './needs.ts';

/** A call of a function. */
export interface Recorded {
  functionName: string;
  /** All of them, for all its parts. */
  needs: Need[];
}

export const RECORDS = join(import.meta.dirname, '..', '..', '.build', 'rights');

/** The names of the records: one for each service whose calls are recorded. */
export const RECORDED = ['contract', 'announcements', 'requests', 'schedules', 'seldom', 'front'] as const;

/** Without a real OpenBao, nothing is recorded of a service in front of one. */
export const HAS_FRONT = Boolean(process.env.REFERENCE);

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
    const recorded = recordedOf(passing);
    const line = JSON.stringify(recorded);
    if (recorded && !seen.has(line)) appendFileSync(file, `${line}\n`);
    seen.add(line);
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
export function recordedOf({ method, headers, body }: ForwardedRequest): Recorded | undefined {
  const [, functionName] = /\bapp\/(\w+)/.exec(String(headers['user-agent'])) ?? [];
  if (functionName === undefined) return undefined;
  const [, named] = /\.(\w+)$/.exec(String(headers['x-amz-target'])) ?? [];
  const operation = named ?? SCHEDULER_VERBS[method] ?? method;
  const request = body.length > 0 ? JSON.parse(body.toString()) : {};
  return { functionName, needs: withoutRepeats(needsOf(operation, request)) };
}

/** In one order, so that calls of one kind are recorded once, however many items they concern. */
function withoutRepeats(needs: Need[]): Need[] {
  const byText = new Map(needs.map((need) => [JSON.stringify(need), need]));
  return [...byText].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, need]) => need);
}

/**
 * Reads what the tests before have recorded.
 * @throws Error where nothing is recorded
 */
export async function readRecords(): Promise<Recorded[]> {
  const texts = await Promise.all(RECORDED.filter((of) => of !== 'front' || HAS_FRONT).map(readRecord));
  return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line));
}

async function readRecord(name: string): Promise<string> {
  return readFile(join(RECORDS, `${name}.jsonl`), 'utf8').catch(() => {
    throw new Error(`nothing is recorded of ${name}: npm run test:deep records all that is compared here`);
  });
}
