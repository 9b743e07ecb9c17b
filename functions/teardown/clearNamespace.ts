/** Removes what a deleted namespace had: its mounts, policies, token roles and tokens, the marks of its deletion last. */

import { nonExpiringTokensOf } from '../credentials/child.ts';
import { removeChildren } from '../credentials/removal.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Ref } from '../ports/store.ts';
import { builtinKey, closedKeys, policyKey, tokenRoleKey } from '../store/keys.ts';
import { type Alias, aliasOf } from '../tree/alias.ts';
import { builtinMounts } from '../tree/builtin.ts';
import { endAlias, lookSoon } from '../tree/changeAlias.ts';
import { clearEmptyForks } from '../tree/changeTree.ts';
import { disableMount } from '../tree/disableMount.ts';
import { type Mount, mountOf } from '../tree/mount.ts';
import type { Teardown } from '../tree/teardownRecord.ts';
import { clearMount } from './clearMount.ts';

type NamespaceTeardown = Extract<Teardown, { what: 'namespace' }>;

/**
 * @param until epoch milliseconds after which nothing new is started
 * @returns whether nothing is left to do; if not, it is called again
 */
export async function clearNamespace(
  deps: Deps,
  { namespaceId, attempt }: NamespaceTeardown,
  until: number,
): Promise<boolean> {
  for await (const page of deps.store.pages({ table: 'mounts', pk: namespaceId })) {
    for (const mount of page.map(mountOf).filter((found) => found !== undefined)) await disable(deps, mount);
    for (const alias of page.map(aliasOf).filter((found) => found !== undefined)) await end(deps, alias);
    if (deps.clock.now() >= until) return false;
  }
  for (const { uuid } of builtinMounts({ id: namespaceId })) {
    if (!(await clearMount(deps, uuid, attempt, until))) return false;
  }
  await removeChildren(deps.store, nonExpiringTokensOf(namespaceId), 'place');
  for (const first of [policyKey(namespaceId, ''), tokenRoleKey(namespaceId, '')])
    await removeAll(deps, first);
  const left = await deps.store.query({ table: 'mounts', pk: namespaceId });
  if (left.some((item) => (mountOf(item) ?? aliasOf(item)) !== undefined)) return false;
  // Empty forks of a process that stopped before it deleted them.
  await clearEmptyForks(deps.store, left);
  const tunings = builtinMounts({ id: namespaceId }).map(({ path }) => builtinKey(namespaceId, path));
  await deps.store.commit([...tunings, ...closedKeys(namespaceId)].map((ref) => ({ delete: ref })));
  return true;
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

/** Its mount is in another namespace, and stays there. */
async function end(deps: Deps, alias: Alias): Promise<void> {
  try {
    await endAlias(deps, alias);
    await lookSoon(deps, [alias]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}

/** Removes a whole partition. */
async function removeAll({ store }: Deps, { table, pk }: Ref): Promise<void> {
  for await (const page of store.pages({ table, pk })) {
    await store.deleteMany(page.map(({ sk }): Ref => ({ table, pk, sk })));
  }
}
