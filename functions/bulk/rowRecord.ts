/**
 * The moves of a run as they are kept: what the plan found out, in items of a hundred rows or less. Nothing asks for a
 * part of such an item, so that the rows are one text, which is small and quick to write and to read.
 */

import { BULK_ROWS_PER_ITEM } from '../limits.ts';
import type { Item, Put } from '../ports/store.ts';
import type { Place } from '../remount/migration.ts';
import { bulkRowsKey, sha256 } from '../store/keys.ts';
import type { PlannedMove } from './plan.ts';

/** One move of a run. */
export interface KeptRow {
  row: number;
  group: number;
  knot: number;
  mountUuid: string;
  onlyGeneration?: number;
  undoOf?: string;
  source: End;
  target: End;
}

interface End extends Place {
  /** Ids from the root namespace down to that of the path. */
  lineage: string[];
}

/**
 * @param ttl epoch seconds
 * @returns the items of one chunk; a group is never torn apart
 */
export function rowItems(id: string, moves: PlannedMove[], ttl: number): Put[] {
  const pages: PlannedMove[][] = [];
  for (const group of Map.groupBy(moves, ({ group }) => group).values()) {
    const last = pages.at(-1);
    if (last && last.length + group.length <= BULK_ROWS_PER_ITEM) last.push(...group);
    else pages.push([...group]);
  }
  let first = 0;
  return pages.map((page) => {
    const key = bulkRowsKey(id, page[0]?.chunk ?? 0, first);
    const content = { chunk: page[0]?.chunk ?? 0, first, ...packed(page) };
    const put = { ...key, kind: 'rows', content: JSON.stringify(content satisfies PackedPage), ttl };
    first += page.length;
    return { put };
  });
}

/** The facts of a namespace once an item, since most rows are about the same few. */
function packed(page: PlannedMove[]): Pick<PackedPage, 'rows' | 'namespaces'> {
  const namespaces: PackedPage['namespaces'] = {};
  const end = ({ namespace, path }: PlannedMove['source']): [string, string] => {
    namespaces[namespace.id] ??= { path: namespace.path, lineage: namespace.lineage };
    return [namespace.id, path];
  };
  const rows = page.map(({ row, group, knot, mount, only, undoOf, source, target }) => ({
    row,
    group,
    knot,
    mountUuid: mount.uuid,
    ...(only && { onlyGeneration: only.generation }),
    ...(undoOf && { undoOf }),
    source: end(source),
    target: end(target),
  }));
  return { rows, namespaces };
}

/** The rows of one item, and how many of the chunk come before them. */
export interface RowPage {
  chunk: number;
  first: number;
  rows: KeptRow[];
}

/** A row as it lies in an item: the ends are the id of a namespace and a path. */
type PackedRow = Omit<KeptRow, 'source' | 'target'> & Record<'source' | 'target', [string, string]>;

interface PackedPage extends Omit<RowPage, 'rows'> {
  rows: PackedRow[];
  namespaces: Record<string, { path: string; lineage: string[] }>;
}

export function rowPageOf(item: Item): RowPage {
  const { chunk, first, rows, namespaces } = JSON.parse(item.content as string) as PackedPage;
  const end = ([namespaceId, path]: [string, string]): End => {
    const { path: namespacePath = '', lineage = [] } = namespaces[namespaceId] ?? {};
    return { namespaceId, namespacePath, path, lineage };
  };
  return {
    chunk,
    first,
    rows: rows.map((row) => ({ ...row, source: end(row.source), target: end(row.target) })),
  };
}

/** The id of the migration of a row: the same whoever asks, so that every step can be repeated. */
export function migrationIdOf(runId: string, row: number): string {
  const hash = sha256(`${runId}#${row}`);
  const variant = '89ab'[Number.parseInt(hash.charAt(16), 16) % 4];
  const parts = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
  ];
  return [...parts, hash.slice(20, 32)].join('-');
}
