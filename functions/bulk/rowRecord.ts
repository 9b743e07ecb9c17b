/**
 * The rows of a run as they are stored: the planned moves, in items of at most a hundred rows. An item is always read
 * as a whole, so its rows are one JSON text, which is small and fast to write and read. Pure.
 */

import { BULK_BYTES_PER_ITEM, BULK_ROWS_PER_ITEM } from '../limits.ts';
import type { Item, Put } from '../ports/store.ts';
import type { Place } from '../remount/migration.ts';
import { inBatches } from '../store/inBatches.ts';
import { bulkRowsKey, sha256 } from '../store/keys.ts';
import type { PackedMove } from './plan.ts';

/** A stored move of a run. */
export interface KeptRow {
  row: number;
  group: number;
  knot: number;
  mountUuid: string;
  onlyGeneration?: number;
  undoOf?: string;
  /** Rows that must have succeeded before. */
  after?: number[];
  source: End;
  target: End;
}

interface End extends Place {
  /** Ids from the root namespace down to that of the path. */
  lineage: string[];
}

/**
 * @param ttl epoch seconds
 * @returns the items of one chunk; the rows of a group are never split over two items
 */
export function rowItems(id: string, moves: PackedMove[], ttl: number): Put[] {
  const groups = Map.groupBy(moves, ({ group }) => group).values();
  const limits = [BULK_ROWS_PER_ITEM, BULK_BYTES_PER_ITEM];
  const pages = inBatches(groups, limits, (group) => [group.length, bytesOf(group)]);
  let first = 0;
  return pages.map((groups) => {
    const page = groups.flat();
    const key = bulkRowsKey(id, page[0]?.chunk ?? 0, first);
    const content = { chunk: page[0]?.chunk ?? 0, first, ...packed(page) };
    const put = { ...key, kind: 'rows', content: JSON.stringify(content satisfies PackedPage), ttl };
    first += page.length;
    return { put };
  });
}

/** At most: together with other groups, one needs less. */
function bytesOf(group: PackedMove[]): number {
  return Buffer.byteLength(JSON.stringify(packed(group)));
}

/** Keeps each namespace once in an item, because most rows have the same few. */
function packed(page: PackedMove[]): Pick<PackedPage, 'rows' | 'namespaces'> {
  const namespaces: PackedPage['namespaces'] = {};
  const end = ({ namespace, path }: PackedMove['source']): [string, string] => {
    namespaces[namespace.id] ??= { path: namespace.path, lineage: namespace.lineage };
    return [namespace.id, path];
  };
  const rows = page.map(({ row, group, knot, mount, only, undoOf, after, source, target }) => ({
    row,
    group,
    knot,
    mountUuid: mount.uuid,
    ...(only && { onlyGeneration: only.generation }),
    ...(undoOf && { undoOf }),
    ...(after && { after }),
    source: end(source),
    target: end(target),
  }));
  return { rows, namespaces };
}

/** The rows of one item. `first` is the position of the first of them in the chunk. */
export interface RowPage {
  chunk: number;
  first: number;
  rows: KeptRow[];
}

/** A row as it is stored in an item: each end is the id of a namespace and a path. */
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

/** The id of the migration of a row. It follows from the run and the row, so a repeated step gets the same id. */
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
