/** Removes a namespace that refuses everything already: its mounts, policies and tokens, its own record last. */

import { nonExpiringTokensOf } from '../credentials/child.ts';
import { removeChildren } from '../credentials/removal.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Item, type Ref } from '../ports/store.ts';
import { builtinKey, namespaceKey, policyKey } from '../store/keys.ts';
import { builtinMounts, tokenIssuer } from '../tree/builtin.ts';
import { changeTree, clearEmptyForks } from '../tree/changeTree.ts';
import { disableMount } from '../tree/disableMount.ts';
import { type Mount, mountOf } from '../tree/mount.ts';
import { restoreNamespace } from '../tree/restoreNamespace.ts';
import type { Teardown } from '../tree/teardownRecord.ts';
import { clearMount } from './clearMount.ts';

type NamespaceTeardown = Extract<Teardown, { what: 'namespace' }>;

/** @returns whether nothing is left, the record included; it is called again otherwise */
export async function clearNamespace(
  deps: Deps,
  teardown: NamespaceTeardown,
  until: number,
): Promise<boolean> {
  const { namespaceId, attempt } = teardown;
  const record = await deps.store.get(namespaceKey(namespaceId));
  // Something came into it at the moment of the mark.
  if (record && record.deleting !== true) return true;
  // A child that was made at the same moment, and that the look before the mark did not show.
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
  await removePolicies(deps, namespaceId);
  const left = await deps.store.query({ table: 'mounts', pk: namespaceId });
  if (left.some(isEntry)) return false;
  // Forks that a process emptied and did not live to clear.
  await clearEmptyForks(deps.store, left);
  await removeRecord(deps, teardown);
  return true;
}

async function hasChildren({ store }: Deps, namespaceId: string): Promise<boolean> {
  const entries = await store.query({ table: 'mounts', pk: namespaceId });
  return entries.some(({ kind }) => kind === 'namespace');
}

/** Its data goes by a teardown of its own. */
async function disable(deps: Deps, mount: Mount): Promise<void> {
  try {
    await disableMount(deps, mount);
  } catch (error) {
    // Tuned or moved in between: the next look finds it, or finds it gone.
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

async function removePolicies({ store }: Deps, namespaceId: string): Promise<void> {
  const { table, pk } = policyKey(namespaceId, '');
  for await (const page of store.pages({ table, pk })) {
    await store.deleteMany(page.map(({ sk }): Ref => ({ table, pk, sk })));
  }
}

function isEntry({ kind }: Item): boolean {
  return kind === 'mount' || kind === 'namespace';
}

/** With what was tuned of its built-in mounts. */
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
    // An earlier run has removed both.
    if (!(error instanceof ConditionFailed)) throw error;
  }
}
