/** Cancels a run, and makes the rows of a run that undoes it. */

import { refusal, VaultError } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { fullPath } from '../remount/migration.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import type { Namespace } from '../tree/namespace.ts';
import { runCancelled } from './bulkRun.ts';
import { readRunPolicies } from './changePolicies.ts';
import type { AskedPolicies } from './orderRunPolicies.ts';
import type { Row } from './plan.ts';
import { findRun, migrationsOf, type RunState, readRunRows } from './readRun.ts';
import { changedByRun } from './runPolicy.ts';

/**
 * No further group of the run is started; what is switched stays switched. A repeated cancel changes nothing.
 * @returns the run as it is afterwards
 * @throws VaultError 409 when the run has ended
 */
export async function cancelRun(
  { store, clock }: Deps,
  { run: { id } }: RunState,
  reason: string | undefined,
): Promise<RunState> {
  await commitUnlessDone(store, [runCancelled(id, clock.now(), reason)]);
  const after = await findRun(store, id);
  if (after?.run.cancelledAt === undefined)
    throw new VaultError(409, [`the bulk run has ended; sys/remount/bulk/undo/${id} takes it back`]);
  return after;
}

/**
 * What an undo restores of the policies that the run has changed. Those above the namespace of the request stay as they are (R10).
 */
export async function restoredPolicies(
  { store }: Pick<Deps, 'store'>,
  { run }: RunState,
  namespace: Namespace,
): Promise<AskedPolicies> {
  const changed = (run.policies ? await readRunPolicies(store, run.id) : []).map(changedByRun);
  const policies = changed
    .filter((change) => change !== undefined)
    .filter(({ namespacePath }) => namespacePath.startsWith(namespace.path))
    .map(({ namespaceId, namespacePath, name, digest, back }) => {
      return { namespaceId, namespacePath, name, restores: { digest, back } };
    });
  if (policies.length === 0) return { mode: 'keep' };
  return { mode: 'restore', follows: run.policies?.follows ?? false, policies };
}

/**
 * The succeeded rows, reversed. Each is bound to its mount and to the generation that the switch gave it, so a mount
 * that has moved on since is not touched.
 * @param namespace that of the request; it sees the run, so all paths of the run are at or below it
 * @throws VaultError 409 while the run is in progress, 400 when no row has succeeded
 */
export async function undoRows(deps: Deps, { run }: RunState, namespace: Namespace): Promise<Row[]> {
  if (run.status === 'in-progress') throw new VaultError(409, ['the bulk run is still in progress']);
  const rows = await readRunRows(deps.store, run.id);
  const migrations = await migrationsOf(deps.store, run.id, rows);
  const relative = (path: string) => path.slice(namespace.path.length);
  const reversed = rows.flatMap(({ row, mountUuid, source, target }, i): Row[] => {
    const { status, generation, id = '' } = migrations[i] ?? {};
    if (status !== 'success' || generation === undefined) return [];
    const only = { mountUuid, generation, targetNamespaceId: source.namespaceId };
    return [{ row, from: relative(fullPath(target)), to: relative(fullPath(source)), only, undoOf: id }];
  });
  if (reversed.length === 0) throw refusal('no move of the bulk run has succeeded');
  return reversed;
}
