/** What got worse between two results. Pure. */

import type { AnyRun, Figure } from './figures.ts';

export interface Change {
  what: string;
  before: number;
  after: number;
  unit: string;
  verdict: 'better' | 'worse' | 'same' | 'new' | 'gone';
}

/** Times and speeds vary by this share between runs. Counted figures may not differ at all. */
export const TOLERANCE = 0.15;

/** @param tolerance as a share of the value before */
export function compare(
  before: Pick<AnyRun, 'figures'>,
  after: Pick<AnyRun, 'figures'>,
  tolerance = TOLERANCE,
): Change[] {
  const known = new Map(before.figures.map((figure) => [figure.id, figure]));
  const now = new Set(after.figures.map(({ id }) => id));
  const removed = before.figures.filter(({ id }) => !now.has(id));
  return [
    ...after.figures.map((figure) => changeOf(known.get(figure.id), figure, tolerance)),
    ...removed.map(({ what, value, unit }): Change => {
      return { what, before: value, after: Number.NaN, unit, verdict: 'gone' };
    }),
  ];
}

function changeOf(old: Figure | undefined, figure: Figure, tolerance: number): Change {
  const { what, value, unit } = figure;
  const seen = { what, before: old?.value ?? Number.NaN, after: value, unit };
  if (!old) return { ...seen, verdict: 'new' };
  const margin = figure.counted ? 0 : Math.abs(old.value) * tolerance;
  const rise = value - old.value;
  if (Math.abs(rise) <= margin) return { ...seen, verdict: 'same' };
  return { ...seen, verdict: rise > 0 === (figure.wish === 'high') ? 'better' : 'worse' };
}

/** The amounts in which two results differ: figures of different amounts are hard to compare. */
export function differentAmounts(before: Pick<AnyRun, 'amounts'>, after: Pick<AnyRun, 'amounts'>): string[] {
  return Object.entries(after.amounts)
    .filter(([name, amount]) => before.amounts[name] !== amount)
    .map(([name]) => name);
}
