/** Rules that stand for many paths, by `+` segments or a trailing `*`, and which of them wins (contract §5.3). */

import { emptyGrant, type Grant } from './grant.ts';

export interface Pattern {
  /** With the namespace's path, without the trailing `*`. */
  text: string;
  /** The text split at `/`; null matches any one segment. */
  segments: (string | null)[];
  /** Whether there is a trailing `*`. */
  isGlob: boolean;
  /** Where the first `+` is, else where the `*` is. */
  firstWildcard: number;
  /** Number of `+` segments. */
  wildcards: number;
  grant: Grant;
}

/** Whether a rule's path stands for more than itself. */
export function isPattern(path: string): boolean {
  return path.endsWith('*') || hasSegmentWildcard(path);
}

/** Policies that write the same path, be it from a namespace further up, have the same key. */
export function patternKey(namespacePath: string, path: string): string {
  return `${firstWildcard(namespacePath, path)}:${namespacePath}${path}`;
}

/**
 * @param namespacePath taken literally, whatever it consists of
 * @param path as in the policy
 */
export function newPattern(namespacePath: string, path: string): Pattern {
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
export function matches({ segments, isGlob }: Pattern, path: string[]): boolean {
  const last = segments.length - 1;
  if (isGlob ? path.length <= last : path.length !== last + 1) return false;
  return segments.every((wanted, i) => segmentMatches(wanted, path[i] as string, isGlob && i === last));
}

/**
 * Whether the pattern matches paths of a mount and says more than the mount's own path does.
 * @param mount the mount's path split at `/`, without the empty part behind its last slash
 */
export function isBelow({ segments }: Pattern, mount: string[]): boolean {
  return (
    segments.length > mount.length &&
    mount.every((part, i) => segmentMatches(segments[i] ?? null, part, false))
  );
}

/** Of two patterns that match a path, the one that counts. */
export function stronger(a: Pattern, b: Pattern): Pattern {
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
