/** A step of a sequence, before the values of a side are in it, and the kinds that steps are of. Pure. */

import type { Chance } from '../../support/chance.ts';
import type { Request } from '../../support/exchange.ts';

export interface Step extends Request {
  /** Continues the namespace of the sequence in the header. */
  below?: string;
  /** Values of the answer to keep by a name: later steps say `$name`, which is `unset` until then. */
  keep?: Record<string, string>;
}

/** How often it comes among the others, and what makes one of it. */
type Kind = [weight: number, make: (chance: Chance) => Step];
export type Kinds = Record<string, Kind>;

export function step(method: string, path: string, more: Omit<Step, 'method' | 'path'> = {}): Step {
  return { method, path, ...more };
}

/** As clients list: mostly by the query, now and then by the verb. */
export function listing(chance: Chance, path: string): Step {
  return chance.fraction() < 0.8 ? step('GET', `${path}?list=true`) : step('LIST', path);
}

/** With the token that the sequence made last, in some of the steps. */
export function maybeAs(chance: Chance, share = 0.15): { token?: string } {
  return chance.fraction() < share ? { token: '$token' } : {};
}

/** The values that a side has kept, in place of their names. */
export function filled<T>(value: T, kept: ReadonlyMap<string, string>): T {
  if (typeof value === 'string')
    return value.replace(/\$([a-zA-Z]+)/g, (_, name) => kept.get(name) ?? 'unset') as T;
  if (Array.isArray(value)) return value.map((one) => filled(one, kept)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, filled(one, kept)])) as T;
}
