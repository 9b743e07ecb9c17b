/**
 * Enumerates the orders in which the calls of several operations can happen, by running them again and again.
 *
 * Orders that differ only in calls that do not interfere come to the same, so one of them is enough (sleep sets). With
 * a bound on context switches every order within it is run, as those sets would hide some behind orders beyond it.
 */

import { type Choose, interfere, type Waiting } from '../support/stepped.ts';

/** One choice on the way: what waited, what of it was tried, and what need not be. */
interface Fork {
  waiting: Waiting[];
  chosen: number;
  open: number[];
  asleep: Waiting[];
}

/** A schedule as it is printed, and given again to be replayed: whose call is next, each time. */
export type Schedule = string;

export interface Explored {
  schedules: number;
  /** Whether all there are were run. */
  isComplete: boolean;
}

export interface Bounds {
  /** How often at most an operation is left for another that could have gone on; without, as often as can be. */
  switches?: number | undefined;
  /** Schedules after which the exploration ends unfinished. */
  most: number;
}

/**
 * @param run runs everything once under a schedule; answers whether it came to its end
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

/** A choice that follows a printed schedule; beyond its end whoever is first goes on. */
export function following(schedule: Schedule): Choose {
  const calls = schedule.split(' ');
  return (waiting) => {
    const next = calls.shift();
    const found = waiting.findIndex((call) => nameOf(call) === next);
    return found === -1 ? 0 : found;
  };
}

/** Nothing when whatever could be next was run before in an order that comes to the same. */
function forkOf(waiting: Waiting[], path: Fork[], switches: number | undefined): Fork | undefined {
  const calls = [...waiting];
  const asleep = switches === undefined ? sleepers(path.at(-1)) : [];
  const isFree = (call: Waiting) => !asleep.some((one) => nameOf(one) === nameOf(call));
  const open = calls.flatMap((call, i) => (isFree(call) && isWithin(path, call, calls, switches) ? [i] : []));
  const [chosen, ...rest] = open;
  return chosen === undefined ? undefined : { waiting: calls, chosen, open: rest, asleep };
}

/** What was tried before, or slept already, sleeps on until something happens that interferes with it. */
function sleepers(fork: Fork | undefined): Waiting[] {
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

/** Goes back to the last choice that has something left to try. */
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
