/** Disables a mount: one transaction removes it and its aliases from the tree and invalidates everything that it has issued. */

import type { Deps } from '../ports/deps.ts';
import { sameAlias } from './alias.ts';
import { lookSoon } from './changeAlias.ts';
import { changeTree } from './changeTree.ts';
import { raiseGeneration } from './generation.ts';
import { type Mount, unchangedMount } from './mount.ts';
import { mountTeardown, startTeardown } from './teardownRecord.ts';

/**
 * A workflow then removes what the mount has stored.
 * @throws ConditionFailed when the mount was tuned, moved or disabled since it was read; then nothing has happened
 */
export async function disableMount(deps: Deps, mount: Mount): Promise<void> {
  const { id, write } = mountTeardown(deps, mount);
  const removal = { namespaceId: mount.namespaceId, path: mount.path, before: unchangedMount(mount) };
  const aliases = (mount.aliases ?? []).map((alias) => {
    return { namespaceId: alias.namespaceId, path: alias.path, before: sameAlias(alias) };
  });
  await changeTree(
    deps.store,
    [removal, ...aliases],
    [write, raiseGeneration(mount.uuid, mount.generation + 1)],
  );
  await lookSoon(deps, mount.aliases ?? []);
  await startTeardown(deps, id);
}
