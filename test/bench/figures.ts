/** The result of a benchmark run, and its figures with the goals of the service. Pure. */

import { totalOf } from '../../infra/demo/countingProxy.ts';
import type { Amounts } from './amounts.ts';
import { cpuFigures } from './cpuFigures.ts';
import type { Seen } from './measure/all.ts';
import { type Cost, costOf } from './pricing.ts';

export interface Figure {
  id: string;
  what: string;
  value: number;
  /** Shown after the value; `×` for a ratio. */
  unit: string;
  wish: 'low' | 'high';
  /** The goal, and a better value. */
  reach?: number;
  better?: number;
  /** Set if the value is counted, not timed: then it is the same in each run. */
  counted?: true;
  /** What a real OpenBao reaches in the same run, if it does the same. */
  reference?: number;
  /** The two numbers of a ratio, or other numbers that the value is calculated from. */
  from: string;
}

/** One run of the measurements of one part. */
export interface Run<Amounts, Seen> {
  /** RFC 3339. */
  at: string;
  machine: { cores: number; processor: string; node: string; loadBefore: number; loadAfter: number };
  seconds: number;
  amounts: Amounts;
  figures: Figure[];
  seen: Seen;
}

export type Result = Run<Amounts, Seen>;
/** A run of any part. */
export type AnyRun = Run<Record<string, number>, unknown>;

export function figuresOf(seen: Seen): Figure[] {
  return [
    ...ofSizes(seen),
    ...ofLeases(seen),
    ...ofPlainMove(seen),
    ...ofAlias(seen),
    ...ofFunctions(seen),
    ...(seen.cpu ? cpuFigures(seen.cpu) : []),
    ...ofBulk(seen),
  ];
}

function ofSizes({ sizes, manyMounts, copy }: Seen): Figure[] {
  const { largeKeys, smallKeys, largeMs, smallMs } = sizes;
  const { mounts, fewMounts } = manyMounts;
  return [
    {
      id: 'keys',
      what: `move between namespaces, ${thousands(largeKeys)} keys compared with ${smallKeys}`,
      value: sizes.ratio,
      ...ratio(1.1, 1.02),
      from: `${ms(largeMs)}, ${ms(smallMs)}`,
    },
    {
      id: 'mounts',
      what: `move with ${thousands(mounts)} mounts in the table, compared with ${fewMounts}`,
      value: manyMounts.ratio,
      ...ratio(1.2, 1.05),
      from: `${ms(manyMounts.a)}, ${ms(manyMounts.b)}`,
    },
    {
      id: 'copy',
      what: `copying ${thousands(copy.keys)} keys one by one, compared with a move of their mount`,
      value: copy.times,
      unit: '×',
      wish: 'high',
      from: `${ms(copy.copyMs)}, ${ms(copy.moveMs)}`,
    },
  ];
}

function ofLeases({ cut, ceiling, serial }: Seen): Figure[] {
  const { leasesPerSecond, ceilingPerSecond } = ceiling;
  return [
    {
      id: 'cut',
      what: `POST until an old lease is refused, ${thousands(cut.leases)} leases compared with 1`,
      value: cut.ratio,
      ...ratio(1.2, 1.05),
      from: `${ms(cut.a)}, ${ms(cut.b)}; medians of ${cut.cuts}; the slowest took ${ms(cut.slowest)}`,
    },
    {
      id: 'revocation',
      what: `removing ${thousands(ceiling.leases)} leases, compared with bare deletes of the same items`,
      value: 100 * ceiling.share,
      unit: '%',
      wish: 'high',
      reach: 60,
      better: 90,
      from: `${thousands(leasesPerSecond)}, ${thousands(ceilingPerSecond)} leases a second`,
    },
    {
      id: 'serial',
      what: 'removing leases, compared with one by one',
      value: leasesPerSecond / serial.leasesPerSecond,
      unit: '×',
      wish: 'high',
      from: `${thousands(leasesPerSecond)}, ${thousands(serial.leasesPerSecond)} leases a second`,
    },
  ];
}

function ofPlainMove({ plain }: Seen): Figure[] {
  const { calls, units, transitions } = plain.move;
  const total = Object.values(calls).reduce((sum, count) => sum + count, 0);
  const counted = { unit: '', wish: 'low', counted: true } as const;
  const each = Object.entries(calls).map(([operation, count]) => `${count} ${operation}`);
  const cost = costOfThousand(plain);
  return [
    {
      id: 'calls',
      what: 'plain move: DynamoDB calls',
      value: total,
      ...counted,
      reach: 8,
      better: 5,
      from: each.join(', '),
    },
    {
      id: 'writeUnits',
      what: 'plain move: write units',
      value: units.write,
      ...counted,
      reach: 16,
      better: 12,
      from: `two transactions, including the index; in addition ${units.read} read units`,
    },
    {
      id: 'transitions',
      what: 'plain move: state transitions',
      value: transitions,
      ...counted,
      reach: 3,
      better: 2,
      from: 'the states that its execution enters',
    },
    {
      id: 'cost',
      what: '1,000 plain moves, with one status request each',
      value: cost.total,
      unit: '$',
      wish: 'low',
      counted: true,
      reach: 0.15,
      better: 0.1,
      from: `Step Functions ${dollars(cost.stepFunctions)}, DynamoDB ${dollars(cost.dynamodb)}, API Gateway ${dollars(cost.api)}, Lambda ${dollars(cost.lambda)}, EventBridge ${dollars(cost.eventBridge)}`,
    },
  ];
}

/** What a client pays that has not heard of a move. */
function ofAlias({ alias }: Seen): Figure[] {
  if (!alias) return [];
  const [atAlias, atMount] = [totalOf(alias.atAlias), totalOf(alias.atMount)];
  return [
    {
      id: 'alias',
      what: 'read at an old path: DynamoDB calls more than at the mount',
      value: atAlias - atMount,
      unit: '',
      wish: 'low',
      counted: true,
      reach: 1,
      better: 1,
      from: `${atAlias}, ${atMount} calls`,
    },
  ];
}

/** Deployed memory of the functions: `remount`, `status`, `switch`, and `publish` for each of the record's two writes. */
export const MEMORY_GB = [0.5, 0.5, 0.5, 0.25, 0.25];

/** A POST and one status request. */
export function costOfThousand({ move, status }: Seen['plain']): Cost {
  const each = costOf({
    requests: 2,
    invocations: MEMORY_GB,
    transitions: move.transitions,
    events: move.events,
    units: { read: move.units.read + status.units.read, write: move.units.write + status.units.write },
  });
  const scaled = Object.entries(each).map(([part, price]) => [part, 1_000 * price]);
  return Object.fromEntries(scaled) as unknown as Cost;
}

function ofFunctions({ processes: { bundles, cold, warm } }: Seen): Figure[] {
  const sizes = ['remount', 'status', 'vault'].map((name): Figure => {
    return {
      id: `bundle-${name}`,
      what: `bundle ${name}${name === 'vault' ? ' (all routes)' : ''}, minified`,
      value: Math.ceil((bundles[name] ?? Number.NaN) / 1_000),
      unit: 'kB',
      wish: 'low',
      counted: true,
      reach: 600,
      better: name === 'vault' ? 300 : 250,
      from: `${thousands(bundles[name] ?? Number.NaN)} bytes`,
    };
  });
  return [
    ...sizes,
    {
      id: 'cold',
      what: 'fresh process, import to first answer: status compared with the bare SDK',
      value: cold.ratio,
      ...ratio(1.3, 1.1),
      from: `${ms(cold.a)}, ${ms(cold.b)}`,
    },
    {
      id: 'warm',
      what: 'status request, warm: the handler compared with the bare read of the record',
      value: warm.ratio,
      ...ratio(2, 1.5),
      from: `${ms(warm.a)}, ${ms(warm.b)}`,
    },
  ];
}

function ofBulk({ bulk, planning }: Seen): Figure[] {
  const { apart, crowd } = bulk;
  const runs = [
    ['bulk', 'mounts that share nothing', apart],
    ['bulk-crowd', 'mounts below one path segment', crowd],
  ] as const;
  return [
    ...runs.map(([id, mounts, { perSecond, moves, succeeded, seconds }]): Figure => {
      return {
        id,
        what: `bulk run of ${mounts}`,
        value: perSecond,
        unit: 'moves a second',
        wish: 'high',
        reach: 100,
        better: 400,
        from: `${thousands(succeeded)} of ${thousands(moves)} moved in ${seconds.toFixed(1)} s`,
      };
    }),
    {
      id: 'planning',
      what: `plan of ${thousands(planning.moves)} moves, processor time`,
      value: planning.cpuMs,
      unit: 'ms',
      wish: 'low',
      from: 'chains, cycles, forks with many mounts, and mounts that share nothing',
    },
  ];
}

function ratio(reach: number, better: number): Pick<Figure, 'unit' | 'wish' | 'reach' | 'better'> {
  return { unit: '×', wish: 'low', reach, better };
}

/** A value as shown in a table. */
export function shown({ value, unit }: Pick<Figure, 'value' | 'unit'>): string {
  if (unit === '$') return dollars(value);
  const digits = (unit === '×' || unit === 'ms') && value < 10 ? 2 : 0;
  return `${thousands(value, digits)}${unit && ` ${unit}`}`;
}

export function thousands(number: number, digits = 0): string {
  return number.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function dollars(amount: number): string {
  return `$${amount.toFixed(amount < 1 ? 4 : 2)}`;
}

export function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 10 ? 2 : 0)} ms`;
}
