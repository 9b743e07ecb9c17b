/** Finds the moves of a run by the rules of policies that match requests about their mounts. Pure. */

import { movedRule } from '../policies/movedRule.ts';
import { newPattern, type PathPattern, patternKey } from '../policies/patterns.ts';
import { ownPath, systemPaths } from '../policies/requestPaths.ts';
import type { Ends, MovesFor } from '../remount/missingRules.ts';

/**
 * The move of the mount that a rule names: no wildcard comes before the end of the mount's path. A rule names one mount at most,
 * because no path of a mount is the beginning of another.
 */
export function movesNamed(moves: readonly Ends[]): MovesFor {
  const byPlace = new Map(moves.flatMap((ends) => placesOf(ends).map((place) => [place.join('/'), ends])));
  return (namespacePath, path) => {
    const { segments, isGlob } = newPattern(namespacePath, path);
    const whole = isGlob ? segments.slice(0, -1) : segments;
    const wildcard = whole.indexOf(null);
    const literal = wildcard === -1 ? whole : whole.slice(0, wildcard);
    const named = literal.map((_, i) => byPlace.get(literal.slice(0, i + 1).join('/')));
    return named.filter((ends) => ends !== undefined).slice(0, 1);
  };
}

/**
 * The moves after which a rule would match less, also those of mounts that it matches by wildcards. Many policies have the same
 * rules, and a rule may match every mount of the run, so the answers are kept.
 */
export function movesMatched(moves: readonly Ends[]): MovesFor {
  const root = newNode();
  for (const ends of moves) for (const place of placesOf(ends)) nodeAt(root, place).moves.push(ends);
  const known = new Map<string, Ends[]>();
  return (namespacePath, path) => {
    const key = patternKey(namespacePath, path);
    const found =
      known.get(key) ??
      [...new Set(matched(root, newPattern(namespacePath, path), 0))].filter(
        ({ source, target }) => movedRule(namespacePath, path, source, target).length > 0,
      );
    known.set(key, found);
    return found;
  };
}

/** The segments that follow a beginning of a path, and the moves of the mount whose path that is. */
interface Node {
  next: Map<string, Node>;
  moves: Ends[];
}

function newNode(): Node {
  return { next: new Map(), moves: [] };
}

function nodeAt(node: Node, [first, ...rest]: string[]): Node {
  if (first === undefined) return node;
  const next = node.next.get(first) ?? newNode();
  node.next.set(first, next);
  return nodeAt(next, rest);
}

/** @param depth number of the segments of the rule that have matched */
function* matched(node: Node, rule: Pick<PathPattern, 'segments' | 'isGlob'>, depth: number): Iterable<Ends> {
  yield* node.moves;
  const { segments, isGlob } = rule;
  if (depth === segments.length) return;
  const wanted = segments[depth] ?? null;
  if (isGlob && depth === segments.length - 1) {
    for (const [segment, next] of node.next) if (segment.startsWith(wanted ?? '')) yield* allBelow(next);
  } else if (wanted === null) for (const next of node.next.values()) yield* matched(next, rule, depth + 1);
  else {
    const next = node.next.get(wanted);
    if (next) yield* matched(next, rule, depth + 1);
  }
}

function* allBelow({ next, moves }: Node): Iterable<Ends> {
  yield* moves;
  for (const below of next.values()) yield* allBelow(below);
}

/** The paths of requests that name the mount where it is. */
function placesOf({ source }: Ends): string[][] {
  return [ownPath(source), ...systemPaths(source)];
}
