/** The table of the service beside a real OpenBao. Pure. */

import { type AnyRun, shown } from '../figures.ts';
import { goalsOf, tableOf } from './table.ts';

const HEAD = ['what', 'reference, in memory, compiled', 'ours, with `npm start`', 'goal', 'faster'];

export function besideTable({ figures }: AnyRun): string {
  const rows = figures.map((figure) => {
    const { what, reference = Number.NaN, unit, from } = figure;
    return [what, shown({ value: reference, unit }), `**${shown(figure)}**`, goalsOf(figure), from];
  });
  return tableOf(HEAD, rows);
}
