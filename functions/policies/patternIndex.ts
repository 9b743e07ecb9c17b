/** Finds the patterns that match a path without comparing it with each of them. Pure. */

import type { PathPattern } from './patterns.ts';

type Pattern = Pick<PathPattern, 'segments' | 'isGlob'>;

/** What may follow the first segments of a path. */
interface Node<P> {
  /** By the next segment; null for any. */
  next: Map<string | null, Node<P>>;
  /** The patterns that end here. */
  whole: P[];
  /** The globs that end with the beginning of the next segment, by that beginning. */
  globs: Map<string, P[]>;
  /** Characters of the longest beginning. */
  longest: number;
}

/** @returns finds the patterns that match a path, split at `/` */
export function indexPatterns<P extends Pattern>(patterns: Iterable<P>): (path: readonly string[]) => P[] {
  const root = newNode<P>();
  for (const pattern of patterns) addTo(root, pattern);
  return (path) => {
    const found: P[] = [];
    let nodes = [root];
    for (const segment of path) {
      for (const node of nodes) found.push(...globsAt(node, segment));
      nodes = nodes.flatMap(({ next }) => [next.get(segment), next.get(null)]).filter((node) => !!node);
    }
    for (const { whole } of nodes) found.push(...whole);
    return found;
  };
}

function newNode<P>(): Node<P> {
  return { next: new Map(), whole: [], globs: new Map(), longest: 0 };
}

function addTo<P extends Pattern>(root: Node<P>, pattern: P): void {
  const { segments, isGlob } = pattern;
  let node = root;
  for (const segment of isGlob ? segments.slice(0, -1) : segments) {
    const next = node.next.get(segment) ?? newNode<P>();
    node.next.set(segment, next);
    node = next;
  }
  if (!isGlob) {
    node.whole.push(pattern);
    return;
  }
  // A plus in the last segment of a glob matches any beginning.
  const beginning = segments.at(-1) ?? '';
  const alike = node.globs.get(beginning);
  if (alike) alike.push(pattern);
  else node.globs.set(beginning, [pattern]);
  node.longest = Math.max(node.longest, beginning.length);
}

function globsAt<P>({ globs, longest }: Node<P>, segment: string): P[] {
  const lengths = globs.size === 0 ? 0 : Math.min(longest, segment.length) + 1;
  return Array.from({ length: lengths }, (_, i) => globs.get(segment.slice(0, i)) ?? []).flat();
}
