/** The stages of a row on its way to a plan: as requested, found in the tree, checked, and packed. */

import type { Item } from '../ports/store.ts';
import type { Move } from '../remount/planMove.ts';
import type { Mount } from '../tree/mount.ts';
import type { NamespacedPath } from '../tree/namespace.ts';

/** A row of the request. Its paths are relative to the namespace of the request. */
export interface Row {
  /** Its number in the request, from 1. */
  row: number;
  from?: string | undefined;
  to?: string | undefined;
  /** Set by an undo or by a plan: the row moves only this mount in this generation, and only into this namespace. */
  only?: Only;
  /** The migration that the row undoes. */
  undoOf?: string;
}

export interface Only {
  mountUuid: string;
  generation: number;
  targetNamespaceId: string;
}

/** A row with the namespaces that its paths lead into, and the mount at its source. */
export interface FoundRow extends Row {
  from: string;
  to: string;
  source: NamespacedPath;
  target: NamespacedPath;
  /** Absent if no mount is at the source. */
  mount?: Mount;
}

/** The items of the tree that a plan depends on: those at the sources, at the targets, and above the targets. */
export type Tree = (namespaceId: string, path: string) => Item | undefined;

/** A row that passed its checks. */
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
  /** Set when mounts below the target are in the way. The planner only knows how many, not which. */
  below?: NamespacedPath;
}

/** A move with its place in the plan. */
export interface PackedMove extends RowMove {
  /** Number of the chunk. Chunks run in parallel; the groups of a chunk run in their order. */
  chunk: number;
  /** Number of the group in its chunk. A group is one transaction. */
  group: number;
  /** Number of the knot in its chunk. The moves of a knot are switched together or not at all. */
  knot: number;
  /** Rows that must have succeeded before; only a run on a cluster waits for them. */
  after?: number[];
}

export interface Plan {
  /** The moves of each chunk, in their order; none if there are problems. */
  chunks: PackedMove[][];
  problems: Problem[];
}

/** A place in the tree as the key of a map. */
export function placeId(namespaceId: string, path: string): string {
  return `${namespaceId}|${path}`;
}

/** The source or target of a move as the key of a map. */
export function endId({ namespace, path }: NamespacedPath): string {
  return placeId(namespace.id, path);
}
