/** Undoes a run: a new run that moves back what the first has moved, as long as it is where the first has put it. */

import type { Deps } from '../ports/deps.ts';
import { fullPath } from '../remount/migration.ts';
import type { Namespace } from '../tree/namespace.ts';
import { nothingToUndo, runGoesOn } from './errors.ts';
import { migrationsOf } from './migrationsOf.ts';
import type { Row } from './plan.ts';
import { rowsInOrder } from './readBulk.ts';
import type { ReadRun } from './readRun.ts';

/**
 * The rows that succeeded, turned round; each is tied to its mount and to the generation that it had after the switch,
 * so that a mount which has moved on since is not touched.
 * @param namespace that of the request, which sees the run, so that all its paths lie inside
 * @throws VaultError 409 while the run is in progress, 400 when there is nothing to undo
 */
export async function undoRows(deps: Deps, { run }: ReadRun, namespace: Namespace): Promise<Row[]> {
  if (run.status === 'in-progress') throw runGoesOn();
  const rows = await rowsInOrder(deps, run.id);
  const migrations = await migrationsOf(deps.store, run.id, rows);
  const relative = (path: string) => path.slice(namespace.path.length);
  const undone = rows.flatMap(({ row, mountUuid, source, target }, i): Row[] => {
    const { status, generation, id = '' } = migrations[i] ?? {};
    if (status !== 'success' || generation === undefined) return [];
    const only = { mountUuid, generation, targetNamespaceId: source.namespaceId };
    return [{ row, from: relative(fullPath(target)), to: relative(fullPath(source)), only, undoOf: id }];
  });
  if (undone.length === 0) throw nothingToUndo();
  return undone;
}
