/** What a bulk plan is made of: the rows of a request as they were found, and the moves that come of them. */

import type { Item } from '../ports/store.ts';
import type { Move } from '../remount/planMove.ts';
import type { Mount } from '../tree/mount.ts';
import type { NamespacedPath } from '../tree/namespace.ts';

/** A row as it was asked for; the paths relative to the namespace of the request. */
export interface Row {
  /** Its number in the request, from 1. */
  row: number;
  from?: string | undefined;
  to?: string | undefined;
  /** The row is for this mount alone, in this generation, and into this very namespace. */
  only?: Only;
  /** The migration that the row takes back. */
  undoOf?: string;
}

interface Only {
  mountUuid: string;
  generation: number;
  targetNamespaceId: string;
}

/** A row whose paths were followed to the namespaces they lead into. */
export interface FoundRow extends Row {
  from: string;
  to: string;
  source: NamespacedPath;
  target: NamespacedPath;
  /** What stands at the source. */
  mount?: Mount;
}

/** What stands at a path of the tree; the paths are the sources, the targets and all above the targets. */
export type Tree = (namespaceId: string, path: string) => Item | undefined;

/** A row that can be carried out. */
export interface RowMove extends Move {
  row: number;
  only?: Only;
  undoOf?: string;
}

/** Why a row cannot be carried out. */
export interface Problem {
  row: number;
  from: string;
  to: string;
  message: string;
  /** Where mounts are below the target; which they are was not looked at. */
  below?: NamespacedPath;
}

/** A move with its place in the plan. */
export interface PlannedMove extends RowMove {
  /** Chunks are worked on at the same time, the groups of one in their order. */
  chunk: number;
  /** Number of the transaction in its chunk. */
  group: number;
  /** Number in its chunk of what is done together or not at all: a single move, a cycle, all of an atomic run. */
  knot: number;
}

export interface Plan {
  /** The moves of each chunk, in their order. */
  chunks: PlannedMove[][];
  problems: Problem[];
}

/** A place in the tree as the key of a map. */
export function placeId(namespaceId: string, path: string): string {
  return `${namespaceId}|${path}`;
}

/** The same, of an end of a move. */
export function endId({ namespace, path }: NamespacedPath): string {
  return placeId(namespace.id, path);
}
