/**
 * Puts the moves of a plan in order, pure. A move into a place goes after the move that leaves the place. Moves that
 * need each other's places, such as a swap, are one knot. Moves that cannot run in parallel are one component.
 * Linear in the number of moves.
 */

import { ancestors } from '../tree/path.ts';
import { endId, placeId, type RowMove } from './plan.ts';

/** Indices of moves that are switched together or not at all: a single move, a cycle, or all of an atomic run. */
export type Knot = number[];

/** @returns for each move, the indices of those that must be switched before it, or with it */
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
 * Tarjan's algorithm for strongly connected components. It keeps its own stack, because a chain may be as long as
 * the plan.
 * @param needs for each move, the indices of those before it
 * @returns the knots, each after all knots that its moves need
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

/**
 * Joins moves that need each other or share something (union-find).
 * @param shared for each move, what it shares with others that it must not run in parallel with
 * @returns the knots of each component, in the order of `knots`
 */
export function componentsOf(needs: number[][], knots: Knot[], shared: string[][]): Knot[][] {
  const parents = needs.map((_, i) => i);
  const headOf = (i: number): number => {
    let head = i;
    while (parents[head] !== head) {
      parents[head] = parents[parents[head] as number] as number;
      head = parents[head] as number;
    }
    return head;
  };
  const join = (a: number, b: number): void => {
    parents[headOf(b)] = headOf(a);
  };
  const sharers = new Map<string, number>();
  needs.forEach((needed, i) => {
    for (const other of needed) join(i, other);
    for (const thing of shared[i] ?? []) {
      const other = sharers.get(thing);
      if (other === undefined) sharers.set(thing, i);
      else join(other, i);
    }
  });
  for (const knot of knots) for (const i of knot) join(knot[0] as number, i);
  const components = new Map<number, Knot[]>();
  for (const knot of knots) {
    const head = headOf(knot[0] as number);
    const known = components.get(head);
    if (known) known.push(knot);
    else components.set(head, [knot]);
  }
  return [...components.values()];
}

/** The forks above one end of a move and not above the other: in parallel, transactions that change one would conflict. */
export function changedForks({ source, target }: RowMove): string[] {
  const above = ({ namespace, path }: RowMove['source']) =>
    ancestors(path).map((fork) => placeId(namespace.id, fork));
  const [left, entered] = [new Set(above(source)), new Set(above(target))];
  return [...left.symmetricDifference(entered)];
}
