/** Where a secret lies: the storage of its mount, and the keys of its items there. */

import type { Call } from '../../http/route.ts';
import { MAX_STORAGE_KEY_BYTES } from '../../limits.ts';
import type { Deps } from '../../ports/deps.ts';
import type { Ref } from '../../ports/store.ts';
import { storageKey } from '../../store/keys.ts';
import type { Mount } from '../../tree/mount.ts';
import { pathTooLong } from './errors.ts';

export interface Place {
  deps: Deps;
  mountUuid: string;
  /** Relative to the mount, and in version 2 without `data/` and its like. */
  path: string;
}

/** What the keys of version 1 begin with, and those of the metadata of version 2. */
export const V1_PREFIX = 'data/';
export const METADATA_PREFIX = 'meta/';

/** @throws VaultError 400 when the path is too long to be a key */
export function placeOf(call: Call): Place {
  const place = { deps: call.deps, mountUuid: (call.mount as Mount).uuid, path: call.params.path ?? '' };
  if (!fits(place)) throw pathTooLong();
  return place;
}

export function fits({ path }: Pick<Place, 'path'>): boolean {
  return Buffer.byteLength(path) <= MAX_STORAGE_KEY_BYTES;
}

/** The one item of a secret of version 1. */
export function v1Ref({ mountUuid, path }: Place): Ref {
  return storageKey(mountUuid, V1_PREFIX + path);
}

/** The item with the facts of all versions of a secret. */
export function metadataRef({ mountUuid, path }: Place): Ref {
  return storageKey(mountUuid, METADATA_PREFIX + path);
}

/** The value of one version. A path may contain `#` itself: what follows the last one is the number. */
export function versionRef({ mountUuid, path }: Place, version: number): Ref {
  return storageKey(mountUuid, `version/${path}#${version}`);
}

export function configRef({ mountUuid }: Pick<Place, 'mountUuid'>): Ref {
  return storageKey(mountUuid, 'config');
}
