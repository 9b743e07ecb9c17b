/** The calls of one move within a namespace that has nothing to revoke, and of one status request. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Calls } from '../../../infra/demo/countingProxy.ts';
import { costOfMove } from '../../../infra/demo/measure/cost.ts';
import type { Lab } from '../../../infra/demo/measure/lab.ts';
import { makeKv } from '../../../infra/demo/measure/makeMounts.ts';
import type { BusEvent } from '../../../infra/local/busEvent.ts';
import { inspect } from '../../../infra/local/inspect.ts';
import { addUnits, type Units } from '../units.ts';
import type { Meter } from './proxies.ts';

interface Taken {
  calls: Calls;
  units: Units;
}

export interface PlainMove {
  move: Taken & {
    transitions: number;
    /** Announcements on the bus. */
    events: number;
  };
  status: Taken;
}

/** The first moves start the functions, and are not measured. */
const WARM_UP = 3;
const MOVES = 8;
const GIVE_UP_MS = 10_000;

/** @throws Error if not all moves take the same calls */
export async function measurePlainMove(lab: Lab<Meter>): Promise<PlainMove> {
  await makeKv(lab, 'plain-0', 1);
  const seen = new Map<string, PlainMove>();
  for (let i = 0; i < WARM_UP + MOVES; i++) {
    const taken = await takeOne(lab, `plain-${i}`, `plain-${i + 1}`);
    if (i >= WARM_UP) seen.set(JSON.stringify(taken), taken);
  }
  const [only, ...others] = seen.values();
  if (!only || others.length > 0) throw new Error(`plain moves differ: ${[...seen.keys()].join(' and ')}`);
  return only;
}

async function takeOne(lab: Lab<Meter>, from: string, to: string): Promise<PlainMove> {
  const { proxy, root } = lab;
  proxy.takeUnits();
  // It also reads the status once after the end of the workflow. Those calls are subtracted below.
  const { dynamodb, transitions, id } = await costOfMove(lab, from, to);
  const all = proxy.takeUnits();
  const statusCalls = proxy.take();
  await root.read(`sys/remount/status/${id}`);
  const status = { calls: sorted(proxy.take()), units: proxy.takeUnits() };
  if (JSON.stringify(sorted(statusCalls)) !== JSON.stringify(status.calls)) throw new Error('looks differ');
  const units = addUnits(all, { read: -status.units.read, write: -status.units.write });
  return { move: { calls: sorted(dynamodb), units, transitions, events: await eventsOf(lab, id) }, status };
}

/** Counts the events of a migration on the local bus. The last one is its success. */
async function eventsOf({ environment }: Lab, id: string): Promise<number> {
  for (const startedAt = Date.now(); Date.now() - startedAt < GIVE_UP_MS; await delay(50)) {
    const events = await inspect<BusEvent[]>(environment, 'EVENTBRIDGE', '/events');
    const own = events.filter(({ detail }) => (detail as { migration_id?: string }).migration_id === id);
    if (own.some((event) => event['detail-type'] === 'Remount Succeeded')) return own.length;
  }
  throw new Error(`nobody announced the success of ${id}`);
}

function sorted(calls: Calls): Calls {
  return Object.fromEntries(Object.entries(calls).sort());
}
