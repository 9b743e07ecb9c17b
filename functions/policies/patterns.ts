/** Rules that match many paths, by `+` segments or a trailing `*`, and their precedence (contract §5.3). Pure. */

import { emptyGrant, type Grant } from './grant.ts';

export interface PathPattern {
  /** With the namespace's path, without the trailing `*`. */
  text: string;
  /** The text split at `/`; null matches any one segment. */
  segments: (string | null)[];
  /** Whether there is a trailing `*`. */
  isGlob: boolean;
  /** Index of the first `+`, or else of the `*`. */
  firstWildcard: number;
  /** Number of `+` segments. */
  wildcards: number;
  grant: Grant;
}

/** Whether a rule's path has a wildcard. */
export function isPattern(path: string): boolean {
  return path.endsWith('*') || hasSegmentWildcard(path);
}

/** Rules for the same absolute path have the same key, also from policies of different namespaces. */
export function patternKey(namespacePath: string, path: string): string {
  return `${firstWildcard(namespacePath, path)}:${namespacePath}${path}`;
}

/**
 * @param namespacePath taken literally: a `+` or `*` in it is no wildcard
 * @param path as in the policy
 */
export function newPattern(namespacePath: string, path: string): PathPattern {
  const isGlob = path.endsWith('*');
  const relative = isGlob ? path.slice(0, -1) : path;
  const own = relative.split('/').map((segment) => (segment === '+' ? null : segment));
  return {
    text: namespacePath + relative,
    segments: [...namespacePath.split('/').slice(0, -1), ...own],
    isGlob,
    firstWildcard: firstWildcard(namespacePath, path),
    wildcards: own.filter((segment) => segment === null).length,
    grant: emptyGrant(),
  };
}

/** @param path split at `/` */
export function matches(
  { segments, isGlob }: Pick<PathPattern, 'segments' | 'isGlob'>,
  path: readonly string[],
): boolean {
  const last = segments.length - 1;
  if (isGlob ? path.length <= last : path.length !== last + 1) return false;
  return segments.every((wanted, i) => segmentMatches(wanted, path[i] as string, isGlob && i === last));
}

/**
 * Whether the pattern matches paths below a mount's path, and is longer than that path.
 * @param mount the mount's path split at `/`, without the empty part after its last slash
 */
export function isBelow({ segments }: Pick<PathPattern, 'segments'>, mount: readonly string[]): boolean {
  return (
    segments.length > mount.length &&
    mount.every((part, i) => segmentMatches(segments[i] ?? null, part, false))
  );
}

/** The one of two matching patterns that takes precedence. */
export function stronger(a: PathPattern, b: PathPattern): PathPattern {
  const order =
    a.firstWildcard - b.firstWildcard ||
    Number(b.isGlob) - Number(a.isGlob) ||
    b.wildcards - a.wildcards ||
    a.text.length - b.text.length ||
    (a.text > b.text ? 1 : -1);
  return order > 0 ? a : b;
}

function firstWildcard(namespacePath: string, path: string): number {
  return namespacePath.length + (hasSegmentWildcard(path) ? path.indexOf('+') : path.length - 1);
}

function hasSegmentWildcard(path: string): boolean {
  return path === '+' || path.startsWith('+/') || path.includes('/+');
}

function segmentMatches(wanted: string | null, segment: string, asPrefix: boolean): boolean {
  return wanted === null || (asPrefix ? segment.startsWith(wanted) : segment === wanted);
}
