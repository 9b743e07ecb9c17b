/**
 * Puts the moves of a plan in order, pure: one that needs a place goes after the one that leaves it, and moves that
 * need each other's places, such as a swap, are tied into one knot. Linear in the number of moves.
 */

import { ancestors } from '../tree/path.ts';
import { endId, placeId, type RowMove } from './plan.ts';

/** Indices of moves that are done together or not at all. */
export type Knot = number[];

/** @returns for each move those that have to be done before it, or with it */
export function needsOf(moves: RowMove[]): number[][] {
  const sources = new Map(moves.map(({ source }, i) => [endId(source), i]));
  const targets = new Map(moves.map(({ target }, i) => [endId(target), i]));
  const needs: number[][] = moves.map(() => []);
  moves.forEach(({ source, target }, i) => {
    const { id } = target.namespace;
    for (const path of [target.path, ...ancestors(target.path)]) {
      const occupant = sources.get(placeId(id, path));
      if (occupant !== undefined) needs[i]?.push(occupant);
    }
    for (const path of ancestors(source.path)) {
      const above = targets.get(placeId(source.namespace.id, path));
      if (above !== undefined) needs[above]?.push(i);
    }
  });
  return needs;
}

/**
 * Tarjan's algorithm, with a stack of its own since a chain may be as long as a plan.
 * @param needs for each move, those before it
 * @returns the knots, each after all that its moves need
 */
export function knotsOf(needs: number[][]): Knot[] {
  const knots: Knot[] = [];
  const found: number[] = [];
  const low: number[] = [];
  const tied: number[] = [];
  const isTied: boolean[] = [];
  let count = 0;

  const visit = (start: number): void => {
    const path: { move: number; next: number }[] = [];
    const enter = (move: number): void => {
      found[move] = low[move] = count++;
      tied.push(move);
      isTied[move] = true;
      path.push({ move, next: 0 });
    };
    const reach = (move: number, by: number): void => {
      low[move] = Math.min(low[move] as number, by);
    };
    enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      const { move } = top;
      const needed = needs[move]?.[top.next++];
      if (needed !== undefined) {
        if (found[needed] === undefined) enter(needed);
        else if (isTied[needed]) reach(move, found[needed]);
        continue;
      }
      path.pop();
      const above = path.at(-1);
      if (above) reach(above.move, low[move] as number);
      if (low[move] === found[move]) knots.push(untie(move));
    }
  };

  const untie = (first: number): Knot => {
    const knot = tied.splice(tied.lastIndexOf(first));
    for (const move of knot) isTied[move] = false;
    return knot.sort((a, b) => a - b);
  };

  for (let move = 0; move < needs.length; move++) if (found[move] === undefined) visit(move);
  return knots;
}
