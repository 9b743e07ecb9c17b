/** Lists the mounts of a namespace. */

import type { Deps } from '../ports/deps.ts';
import { type Mount, mountOf } from './mount.ts';
import { settled } from './settled.ts';

export function listMounts(deps: Pick<Deps, 'store' | 'clock'>, namespaceId: string): Promise<Mount[]> {
  return settled(deps, async () => {
    const items = await deps.store.query({ table: 'mounts', pk: namespaceId });
    return items.map(mountOf).filter((mount) => mount !== undefined);
  });
}
