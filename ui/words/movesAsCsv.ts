/** Moves as a list that the service reads (docs/bulk.md). Pure. */

import { csvLine } from '../../functions/bulk/csvLine.ts';

export function movesAsCsv(moves: { from: string; to: string }[]): string {
  return csvLine(['from', 'to']) + moves.map(({ from, to }) => csvLine([from, to])).join('');
}
