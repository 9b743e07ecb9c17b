/**
 * Enumerates the orders in which the calls of several operations can happen, by running the operations repeatedly.
 *
 * Orders that differ only in calls that do not interfere have the same outcome, so one of them is enough (sleep sets).
 * With a bound on context switches every order within the bound is run: sleep sets could drop an order because an
 * equivalent one exists that is outside the bound.
 */

import { type Choose, interfere, type Waiting } from '../support/stepped.ts';

/** One choice in a schedule: the waiting calls, those still to be tried, and those that need not be tried. */
interface Fork {
  waiting: Waiting[];
  chosen: number;
  open: number[];
  asleep: Waiting[];
}

/** A schedule as text, for printing and replaying: the names of the calls in their order. */
export type Schedule = string;

export interface Explored {
  schedules: number;
  /** Whether all schedules were run. */
  isComplete: boolean;
}

export interface Bounds {
  /** The most context switches, away from an operation that could have continued. Without it there is no bound. */
  switches?: number | undefined;
  /** The number of schedules after which the exploration stops, incomplete. */
  most: number;
}

/**
 * @param run runs all operations once under a schedule; returns whether the schedule was run to its end
 */
export async function explore(
  run: (choose: Choose, schedule: () => Schedule) => Promise<boolean>,
  { switches, most }: Bounds,
): Promise<Explored> {
  const path: Fork[] = [];
  let schedules = 0;
  do {
    let depth = 0;
    const choose: Choose = (waiting) => {
      if (depth === path.length) {
        const fork = forkOf(waiting, path, switches);
        if (!fork) return undefined;
        path.push(fork);
      }
      return path[depth++]?.chosen;
    };
    if (await run(choose, () => textOf(path))) schedules++;
    if (schedules >= most) return { schedules, isComplete: false };
  } while (backtrack(path, switches));
  return { schedules, isComplete: true };
}

/** Replays a printed schedule; after its end the first waiting call is chosen. */
export function following(schedule: Schedule): Choose {
  const calls = schedule.split(' ');
  return (waiting) => {
    const next = calls.shift();
    const found = waiting.findIndex((call) => nameOf(call) === next);
    return found === -1 ? 0 : found;
  };
}

/** @returns nothing if an equivalent order was already run for every call that could be next */
function forkOf(waiting: Waiting[], path: Fork[], switches: number | undefined): Fork | undefined {
  const calls = [...waiting];
  const asleep = switches === undefined ? stillAsleep(path.at(-1)) : [];
  const isFree = (call: Waiting) => !asleep.some((one) => nameOf(one) === nameOf(call));
  const open = calls.flatMap((call, i) => (isFree(call) && isWithin(path, call, calls, switches) ? [i] : []));
  const [chosen, ...rest] = open;
  return chosen === undefined ? undefined : { waiting: calls, chosen, open: rest, asleep };
}

/** Calls that were tried, or were asleep, stay asleep until a call that interferes with them. */
function stillAsleep(fork: Fork | undefined): Waiting[] {
  const last = fork?.waiting[fork.chosen];
  return fork && last ? fork.asleep.filter((call) => !interfere(call, last)) : [];
}

function isWithin(
  path: Fork[],
  call: Waiting,
  waiting: Waiting[],
  switches = Number.POSITIVE_INFINITY,
): boolean {
  const last = operationAt(path.at(-1));
  const leaves = (from: number | undefined, to: number, among: Waiting[]) =>
    from !== undefined && from !== to && among.some(({ operation }) => operation === from);
  const before = path.filter((fork, i) =>
    leaves(operationAt(path[i - 1]), operationAt(fork) as number, fork.waiting),
  );
  return before.length + (leaves(last, call.operation, waiting) ? 1 : 0) <= switches;
}

function operationAt(fork: Fork | undefined): number | undefined {
  return fork?.waiting[fork.chosen]?.operation;
}

/** Goes back to the last choice that has a call left to try. */
function backtrack(path: Fork[], switches: number | undefined): boolean {
  for (let fork = path.at(-1); fork; fork = path.at(-1)) {
    const next = fork.open.shift();
    if (next !== undefined) {
      if (switches === undefined) fork.asleep.push(fork.waiting[fork.chosen] as Waiting);
      fork.chosen = next;
      return true;
    }
    path.pop();
  }
  return false;
}

function textOf(path: Fork[]): Schedule {
  return path.map(({ waiting, chosen }) => nameOf(waiting[chosen] as Waiting)).join(' ');
}

/** Such as `a0`: the first call of the first operation. */
function nameOf({ operation, call }: Waiting): string {
  return `${String.fromCharCode(97 + operation)}${call}`;
}
