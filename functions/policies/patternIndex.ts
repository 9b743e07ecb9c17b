/** Finds the patterns that match a path without comparing it with each of them. Pure. */

import { getOrPut } from './getOrPut.ts';
import { isBelow, matches, type PathPattern } from './patterns.ts';

type Pattern = Pick<PathPattern, 'segments' | 'isGlob'>;

export interface PatternIndex<P> {
  /** @param path split at `/` */
  matching(path: readonly string[]): Found<P[]>;
  /**
   * Whether a pattern matches paths below a mount's path, and is longer than that path.
   * @param mount the mount's path split at `/`, without the empty part after its last slash
   */
  hasBelow(mount: readonly string[]): Found<boolean>;
}

export interface Found<T> {
  found: T;
  /** Groups that were looked at, segments that were compared, and patterns that were found: the time of the search is in proportion. */
  steps: number;
}

/** Patterns with the same first segments. Most are never searched, so they are divided by the first search. */
interface Group<P> {
  patterns: P[];
  divided?: Divided<P>;
}

interface Divided<P> {
  /** By the next segment; null for any. */
  next: Map<string | null, Group<P>>;
  /** The patterns without further segments. */
  whole: P[];
  /** The beginnings of the next segment with which globs end, in order. */
  beginnings: Beginning<P>[];
}

interface Beginning<P> {
  text: string;
  globs: P[];
  /** The longest other beginning that this one begins with. */
  shorter: Beginning<P> | undefined;
}

/** Patterns that are compared faster than divided. */
const FEW_PATTERNS = 32;

export function indexPatterns<P extends Pattern>(patterns: Iterable<P>): PatternIndex<P> {
  const root: Group<P> = { patterns: [...patterns] };
  return {
    matching(path) {
      const found: P[] = [];
      const { few, ends, steps } = walk(root, path, (beginnings, segment) =>
        addGlobs(found, beginnings, segment),
      );
      for (const pattern of few) if (matches(pattern, path)) found.push(pattern);
      for (const { whole } of ends) for (const pattern of whole) found.push(pattern);
      return { found, steps: steps + found.length };
    },
    hasBelow(mount) {
      const { few, ends, steps } = walk(root, mount);
      const found =
        few.some((pattern) => isBelow(pattern, mount)) ||
        ends.some(({ next, beginnings }) => next.size > 0 || beginnings.length > 0);
      return { found, steps };
    },
  };
}

/** @returns the patterns of small groups, not yet compared; and the large groups to which the whole path led */
function walk<P extends Pattern>(
  root: Group<P>,
  path: readonly string[],
  visit?: (beginnings: Beginning<P>[], segment: string) => void,
): { few: P[]; ends: Divided<P>[]; steps: number } {
  const few: P[] = [];
  const ends: Divided<P>[] = [];
  let groups = [root];
  let steps = 0;
  for (let depth = 0; depth <= path.length && groups.length > 0; depth++) {
    const segment = path[depth];
    const following: Group<P>[] = [];
    for (const group of groups) {
      if (group.patterns.length <= FEW_PATTERNS) {
        for (const pattern of group.patterns) {
          steps += Math.min(pattern.segments.length, path.length);
          few.push(pattern);
        }
        continue;
      }
      if (!group.divided) steps += group.patterns.length;
      group.divided ??= divide(group.patterns, depth);
      const { next, beginnings } = group.divided;
      steps += 1;
      if (segment === undefined) {
        ends.push(group.divided);
        continue;
      }
      visit?.(beginnings, segment);
      const named = next.get(segment);
      if (named) following.push(named);
      const any = next.get(null);
      if (any) following.push(any);
    }
    groups = following;
  }
  return { few, ends, steps };
}

/** @param depth the number of first segments that the patterns share */
function divide<P extends Pattern>(patterns: P[], depth: number): Divided<P> {
  const next = new Map<string | null, Group<P>>();
  const whole: P[] = [];
  const globs = new Map<string, P[]>();
  for (const pattern of patterns) {
    const { segments, isGlob } = pattern;
    const segment = segments[depth];
    if (segment === undefined) {
      whole.push(pattern);
      continue;
    }
    if (isGlob && depth === segments.length - 1) {
      // A plus in the last segment of a glob matches any beginning.
      getOrPut<string, P[]>(globs, segment ?? '', () => []).push(pattern);
    } else getOrPut<string | null, Group<P>>(next, segment, () => ({ patterns: [] })).patterns.push(pattern);
  }
  return { next, whole, beginnings: inOrder(globs) };
}

function addGlobs<P>(found: P[], beginnings: Beginning<P>[], segment: string): void {
  const nearest = lastUpTo(beginnings, segment);
  const common = nearest ? commonLength(nearest.text, segment) : 0;
  for (let one = nearest; one; one = one.shorter) {
    if (one.text.length <= common) for (const glob of one.globs) found.push(glob);
  }
}

function inOrder<P>(globs: Map<string, P[]>): Beginning<P>[] {
  let last: Beginning<P> | undefined;
  return [...globs.keys()].sort().map((text) => {
    let shorter = last;
    while (shorter && !text.startsWith(shorter.text)) shorter = shorter.shorter;
    last = { text, globs: globs.get(text) ?? [], shorter };
    return last;
  });
}

/** All beginnings of a segment are the last one up to the segment, or shorter ones of that. */
function lastUpTo<P>(beginnings: Beginning<P>[], segment: string): Beginning<P> | undefined {
  let low = 0;
  let high = beginnings.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((beginnings[middle] as Beginning<P>).text <= segment) low = middle + 1;
    else high = middle;
  }
  return beginnings[low - 1];
}

function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && length < b.length && a.charCodeAt(length) === b.charCodeAt(length)) length++;
  return length;
}
