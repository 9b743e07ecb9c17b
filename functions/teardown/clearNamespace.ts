/** Removes a namespace that is marked to be deleted: its mounts, policies, token roles and tokens, its own record last. */

import { nonExpiringTokensOf } from '../credentials/child.ts';
import { removeChildren } from '../credentials/removal.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item, type Ref } from '../ports/store.ts';
import { builtinKey, namespaceKey, policyKey, tokenRoleKey } from '../store/keys.ts';
import { builtinMounts, tokenIssuer } from '../tree/builtin.ts';
import { changeTree, clearEmptyForks } from '../tree/changeTree.ts';
import { disableMount } from '../tree/disableMount.ts';
import { type Mount, mountOf } from '../tree/mount.ts';
import { restoreNamespace } from '../tree/restoreNamespace.ts';
import type { Teardown } from '../tree/teardownRecord.ts';
import { clearMount } from './clearMount.ts';

type NamespaceTeardown = Extract<Teardown, { what: 'namespace' }>;

/**
 * @param until epoch milliseconds after which nothing new is started
 * @returns whether nothing is left to do; if not, it is called again
 */
export async function clearNamespace(
  deps: Deps,
  teardown: NamespaceTeardown,
  until: number,
): Promise<boolean> {
  const { namespaceId, attempt } = teardown;
  const record = await deps.store.get(namespaceKey(namespaceId));
  // The mark was removed, because a mount came into the namespace.
  if (record && record.deleting !== true) return true;
  // A child was created at the moment of the mark, and the read before the mark did not show it.
  if (await hasChildren(deps, namespaceId)) {
    await restoreNamespace(deps, teardown);
    return true;
  }
  for await (const page of deps.store.pages({ table: 'mounts', pk: namespaceId })) {
    for (const mount of page.map(mountOf).filter((found) => found !== undefined)) await disable(deps, mount);
    if (deps.clock.now() >= until) return false;
  }
  const { mountUuid } = tokenIssuer({ id: namespaceId });
  if (!(await clearMount(deps, mountUuid, attempt, until))) return false;
  await removeChildren(deps.store, nonExpiringTokensOf(namespaceId), 'place');
  for (const first of [policyKey(namespaceId, ''), tokenRoleKey(namespaceId, '')])
    await removeAll(deps, first);
  const left = await deps.store.query({ table: 'mounts', pk: namespaceId });
  if (left.some(isEntry)) return false;
  // Empty forks of a process that stopped before it deleted them.
  await clearEmptyForks(deps.store, left);
  await removeRecord(deps, teardown);
  return true;
}

async function hasChildren({ store }: Deps, namespaceId: string): Promise<boolean> {
  const entries = await store.query({ table: 'mounts', pk: namespaceId });
  return entries.some(({ kind }) => kind === 'namespace');
}

/** The mount gets a teardown of its own, which removes its data. */
async function disable(deps: Deps, mount: Mount): Promise<void> {
  try {
    await disableMount(deps, mount);
  } catch (error) {
    // The mount was tuned or moved meanwhile: the next execution disables it if it is still there.
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

/** Removes a whole partition. */
async function removeAll({ store }: Deps, { table, pk }: Ref): Promise<void> {
  for await (const page of store.pages({ table, pk })) {
    await store.deleteMany(page.map(({ sk }): Ref => ({ table, pk, sk })));
  }
}

function isEntry({ kind }: Item): boolean {
  return kind === 'mount' || kind === 'namespace';
}

/** Removes the namespace from the tree, with the settings of its built-in mounts. */
async function removeRecord(
  { store }: Deps,
  { namespaceId, parentId, name }: NamespaceTeardown,
): Promise<void> {
  const tunings = builtinMounts({ id: namespaceId }).map(({ path }) => builtinKey(namespaceId, path));
  const deletes = [namespaceKey(namespaceId), ...tunings].map((ref) => ({ delete: ref }));
  const entry = { namespaceId: parentId, path: name, before: { kind: 'namespace', id: namespaceId } };
  try {
    await changeTree(store, [entry], deletes);
  } catch (error) {
    // An earlier execution has removed both.
    if (!(error instanceof ConditionFailed)) throw error;
  }
}
