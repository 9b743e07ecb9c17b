/** Finds a secret, whichever version of kv wrote it. */

import type { Call } from '../../../http/route.ts';
import type { Item } from '../../../ports/store.ts';
import { fits, metadataRef, type Place, placeOf, v1Ref } from '../place.ts';
import { type Metadata, metadataOf } from './metadata.ts';
import { type Legacy, legacyOf, metadataOfLegacy } from './upgrade.ts';

export interface Found {
  metadata: Metadata;
  /** Of the metadata's item; a secret that was not touched since the upgrade has none. */
  revision?: string;
  legacy?: Legacy;
}

/**
 * Looks for the metadata first, since it counts where both exist. A secret that is neither here nor there may have
 * been migrated between the two looks, so there is a third.
 */
export async function findMetadata(place: Place): Promise<Found | undefined> {
  const { store } = place.deps;
  const item = await store.get(metadataRef(place));
  if (item) return foundOf(item);
  const old = await store.get(v1Ref(place));
  if (old) {
    const legacy = legacyOf(old);
    return { metadata: metadataOfLegacy(legacy), legacy };
  }
  const late = await store.get(metadataRef(place));
  return late && foundOf(late);
}

export function foundOf(item: Item): Found {
  return { metadata: metadataOf(item), revision: item.revision as string };
}

/** Tells `create` from `update`: a secret exists once it has metadata (contract §9.2). */
export async function secretExists(call: Call): Promise<boolean> {
  if (!fits({ path: call.params.path ?? '' })) return false;
  return (await findMetadata(placeOf(call))) !== undefined;
}
