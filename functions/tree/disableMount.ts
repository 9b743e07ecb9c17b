/** Disables a mount: in one transaction it leaves the tree and everything it issued is cut off. */

import type { Deps } from '../ports/deps.ts';
import { changeTree } from './changeTree.ts';
import { raiseGeneration } from './generation.ts';
import { type Mount, unchanged } from './mount.ts';
import { mountTeardown, startTeardown } from './teardownRecord.ts';

/**
 * What the mount stored is cleared away afterwards, by a workflow.
 * @throws ConditionFailed when the mount was tuned, moved or disabled since it was read; nothing happened then
 */
export async function disableMount(deps: Deps, mount: Mount): Promise<void> {
  const { id, write } = mountTeardown(deps, mount);
  const removal = { namespaceId: mount.namespaceId, path: mount.path, before: unchanged(mount) };
  await changeTree(deps.store, [removal], [write, raiseGeneration(mount.uuid, mount.generation + 1)]);
  await startTeardown(deps, id);
}
