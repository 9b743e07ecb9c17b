/** Where a secret is stored: the storage of its mount, and the keys of its items there. */

import { refusal } from '../../http/errors.ts';
import type { Call } from '../../http/route.ts';
import { MAX_STORAGE_KEY_BYTES } from '../../limits.ts';
import type { Deps } from '../../ports/deps.ts';
import type { Ref } from '../../ports/store.ts';
import { storageKey } from '../../store/keys.ts';
import { mountOfCall } from '../callParts.ts';

export interface SecretPlace {
  deps: Deps;
  mountUuid: string;
  /** Relative to the mount; in version 2 without `data/` or the like in front. */
  path: string;
}

/** The keys of version 1 begin with this. */
export const V1_PREFIX = 'data/';
/** The keys of version 2's metadata begin with this. */
export const METADATA_PREFIX = 'meta/';

/**
 * The place that the path of a call names.
 * @throws VaultError 400 when the path is too long for a key
 */
export function placeOf(call: Call): SecretPlace {
  const path = call.params.path ?? '';
  refuseLongPath(path);
  return { deps: call.deps, mountUuid: mountOfCall(call).uuid, path };
}

/** Whether a path is short enough for a key. */
export function pathFits(path: string): boolean {
  return Buffer.byteLength(path) <= MAX_STORAGE_KEY_BYTES;
}

/** @throws VaultError 400 when the path is too long for a key */
export function refuseLongPath(path: string): void {
  if (!pathFits(path)) throw refusal(`the path of a secret is at most ${MAX_STORAGE_KEY_BYTES} bytes long`);
}

/** The only item of a secret of version 1. */
export function v1Ref({ mountUuid, path }: Pick<SecretPlace, 'mountUuid' | 'path'>): Ref {
  return storageKey(mountUuid, V1_PREFIX + path);
}

/** The item with the settings of a secret and the facts of all its versions. */
export function metadataRef({ mountUuid, path }: SecretPlace): Ref {
  return storageKey(mountUuid, METADATA_PREFIX + path);
}

/** The value of one version. The number follows the last `#`: a path may contain `#`, too. */
export function versionRef({ mountUuid, path }: SecretPlace, version: number): Ref {
  return storageKey(mountUuid, `version/${path}#${version}`);
}

/** The settings of a mount of version 2. */
export function configRef({ mountUuid }: Pick<SecretPlace, 'mountUuid'>): Ref {
  return storageKey(mountUuid, 'config');
}
