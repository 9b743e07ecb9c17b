/** The figures of the service beside a real OpenBao, with their goals. Pure. */

import type { BesideAmounts } from '../amounts.ts';
import { type Figure, type Run, thousands } from '../figures.ts';
import type { BesideSeen, Both } from './measure.ts';

export type BesideResult = Run<BesideAmounts, BesideSeen>;

export function besideFiguresOf(seen: BesideSeen): Figure[] {
  const { kv1, kv2, lookup, post, inRow, atOnce, revocation, keys, start } = seen;
  return [
    timed('kv1', 'kv v1 read, 8 at once', kv1, 5),
    timed('kv2', 'kv v2 read, 8 at once', kv2),
    timed('lookup', 'token lookup, 8 at once', lookup),
    timed('post', '`POST sys/remount`, 8 at once', post),
    rate('in-row', 'small moves, one after the other', 'moves a second', inRow, 80),
    rate('at-once', 'small moves, 8 at once', 'moves a second', atOnce, 150),
    rate(
      'revocation',
      `move of a mount with ${thousands(revocation.leases)} leases`,
      'leases a second',
      revocation.perSecond,
    ),
    ...keys.map((one) =>
      timed(`keys-${one.keys}`, `move of ${thousands(one.keys)} keys into another namespace`, one),
    ),
    timed('start', 'start to first answer', start, 2_000),
  ];
}

function timed(id: string, what: string, both: Both, reach?: number): Figure {
  return figure(id, what, both, { unit: 'ms', wish: 'low' }, reach);
}

function rate(id: string, what: string, unit: string, both: Both, reach?: number): Figure {
  return figure(id, what, both, { unit, wish: 'high' }, reach);
}

function figure(
  id: string,
  what: string,
  { ours, reference }: Both,
  kind: Pick<Figure, 'unit' | 'wish'>,
  reach?: number,
): Figure {
  const better = kind.wish === 'low' ? reference / ours : ours / reference;
  const goal = reach === undefined ? {} : { reach };
  return { id: `beside-${id}`, what, value: ours, reference, ...kind, ...goal, from: saying(better) };
}

/** A smaller difference is none. */
const ALIKE = 0.05;

/** @param better how many times better this service is */
function saying(better: number): string {
  const times = (number: number) => `${thousands(number, number < 10 ? 1 : 0)} times`;
  if (better > 1 + ALIKE) return `ours, ${times(better)}`;
  return 1 / better > 1 + ALIKE ? `the reference, ${times(1 / better)}` : 'neither';
}
