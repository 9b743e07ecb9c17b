/** The rows of a large bulk run: a chain, cycles of three, crowded forks, and mounts without neighbours. */

import type { FoundRow, Tree } from '../../functions/bulk/plan.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { CHILD, Model, type Spot } from './model.ts';

/** @param count of rows, a multiple of ten */
export function mixedRows(count = 10_000): { rows: FoundRow[]; tree: Tree } {
  const part = (share: number) => Array.from({ length: (count * share) / 10 }, (_, i) => i);
  const moves: [from: Spot, to: Spot][] = [
    ...part(3).map((i) => [here(`chain/${i}`), here(`chain/${i + 1}`)] as [Spot, Spot]),
    ...part(3).map((i) => [here(`ring/${i}`), here(`ring/${i % 3 === 2 ? i - 2 : i + 1}`)] as [Spot, Spot]),
    ...part(2).map((i) => [here(`crowd/a/${i}`), there(`crowd/b/${i}`)] as [Spot, Spot]),
    ...part(2).map((i) => [here(`alone-${i}`), there(`alone-${i}`)] as [Spot, Spot]),
  ];
  const model = new Model(moves.map(([from]) => from));
  return { rows: moves.map(([from, to], i) => model.row(i + 1, from, to)), tree: model.tree };
}

function here(path: string): Spot {
  return [ROOT, path];
}

function there(path: string): Spot {
  return [CHILD, path];
}
