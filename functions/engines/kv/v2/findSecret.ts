/**
 * Finds a secret, whether version 1 or version 2 of kv wrote it. A mount is upgraded without a pause: a secret of
 * version 1 is read as if it were its own first version, and is rewritten by the first write to it. Vault rewrites all
 * secrets at once, and answers 400 meanwhile (contract §9.2).
 */

import type { Call } from '../../../http/route.ts';
import type { Item, Write } from '../../../ports/store.ts';
import { metadataRef, pathFits, placeOf, type SecretPlace, v1Ref, versionRef } from '../place.ts';
import { metadataOf, newMetadata, type SecretMetadata } from './metadata.ts';
import { withVersion } from './versions.ts';

export interface FoundSecret {
  metadata: SecretMetadata;
  /** The revision of the metadata's item; absent if the secret was not written since the upgrade. */
  revision?: string;
  /** The secret as version 1 wrote it, if it was not written since the upgrade. */
  v1?: V1Secret;
}

interface V1Secret {
  /** JSON text. */
  value: string;
  /** Epoch milliseconds. */
  writtenAt: number;
  revision: string;
}

/**
 * Reads the metadata first: where both items exist, it counts. If neither is found, another request may have upgraded
 * the secret between the two reads, so the metadata is read once more.
 */
export async function findSecret(place: SecretPlace): Promise<FoundSecret | undefined> {
  const { store } = place.deps;
  const item = await store.get(metadataRef(place));
  if (item) return foundSecretOf(item);
  const old = await store.get(v1Ref(place));
  if (old) {
    const v1 = v1SecretOf(old);
    return { metadata: metadataOfV1(v1), v1 };
  }
  const late = await store.get(metadataRef(place));
  return late && foundSecretOf(late);
}

/** @param item the metadata as stored */
export function foundSecretOf(item: Item): FoundSecret {
  return { metadata: metadataOf(item), revision: item.revision as string };
}

/** Whether a secret has metadata: a write then needs `update`, otherwise `create` (contract §9.2). */
export async function secretExists(call: Call): Promise<boolean> {
  if (!pathFits(call.params.path ?? '')) return false;
  return (await findSecret(placeOf(call))) !== undefined;
}

/**
 * The writes that upgrade a secret, in the transaction that changes it. The condition fails if version 1 wrote the
 * secret again after it was read: a request that was routed before the upgrade may still be in flight.
 * @param keepsValue whether the first version is still there after the change
 */
export function upgradeWrites(place: SecretPlace, v1: V1Secret, keepsValue: boolean): Write[] {
  const writes: Write[] = [{ delete: v1Ref(place), if: { revision: v1.revision } }];
  if (keepsValue) writes.push({ put: { ...versionRef(place, 1), value: v1.value } });
  return writes;
}

function v1SecretOf({ value, writtenAt, revision }: Item): V1Secret {
  return { value, writtenAt, revision } as V1Secret;
}

function metadataOfV1({ writtenAt }: V1Secret): SecretMetadata {
  return withVersion(newMetadata(writtenAt), { maxVersions: 0, deleteVersionAfter: 0 }, writtenAt);
}
