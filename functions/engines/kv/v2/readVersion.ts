/** Reads one version of a secret: its value by `data/`, only the keys of its value by `subkeys/`. */

import type { Schema } from '../../../http/fields.ts';
import { type Call, type Missing, type Reply, route } from '../../../http/route.ts';
import type { Shape, Wire } from '../../../http/shape.ts';
import { retryContended } from '../../../store/retryContended.ts';
import { placeOf, type SecretPlace, versionRef } from '../place.ts';
import { decodeValue, keysOnly } from '../value.ts';
import { describeVersion, VERSION_INFO } from './describe.ts';
import { type FoundSecret, findSecret } from './findSecret.ts';
import type { SecretMetadata } from './metadata.ts';
import { isReadable, versionAt } from './versions.ts';

const DATA_FIELDS = { version: 'int' } as const satisfies Schema;
const SUBKEYS_FIELDS = { version: 'int', depth: 'int' } as const satisfies Schema;

export const DATA = { data: 'map', metadata: VERSION_INFO } as const satisfies Shape;
const SUBKEYS = { subkeys: 'map', metadata: VERSION_INFO } as const satisfies Shape;

export const subkeysRoute = route({
  path: 'subkeys/:path*',
  fields: SUBKEYS_FIELDS,
  answers: { read: SUBKEYS },
  read: readSubkeys,
});

/** Serves `GET data/`. A version that is deleted or destroyed is 404 with the facts of the version (contract §9.2). */
export async function readData(
  call: Call<typeof DATA_FIELDS>,
): Promise<Reply<Wire<typeof DATA>> | Missing | undefined> {
  const found = await readVersion(placeOf(call), call.fields.version);
  if (!found) return undefined;
  const metadata = describeVersion(found.metadata, found.number);
  if (found.value === undefined) return { status: 404, data: { data: null, metadata } };
  return { data: { data: decodeValue(found.value), metadata } };
}

async function readSubkeys(
  call: Call<typeof SUBKEYS_FIELDS>,
): Promise<Reply<Wire<typeof SUBKEYS>> | Missing | undefined> {
  const { version, depth = 0 } = call.fields;
  const found = await readVersion(placeOf(call), version);
  if (!found) return undefined;
  const metadata = describeVersion(found.metadata, found.number);
  if (found.value === undefined) return { status: 404, data: { subkeys: null, metadata } };
  const levels = depth === 0 ? Number.POSITIVE_INFINITY : depth;
  return { data: { subkeys: keysOnly(decodeValue(found.value), levels), metadata } };
}

interface ReadVersion {
  metadata: SecretMetadata;
  number: number;
  /** JSON text; absent when the version is deleted or destroyed. */
  value?: string;
}

/** Another request removed the value after the metadata was read. */
class ValueRemoved extends Error {}

/**
 * @param wanted the number of the version; 0 is the newest
 * @returns undefined when there is no such version
 * @throws StoreBusy when other writes kept changing the secret between the two reads
 */
function readVersion(place: SecretPlace, wanted = 0): Promise<ReadVersion | undefined> {
  return retryContended(async () => {
    const found = await findSecret(place);
    if (!found) return undefined;
    const { metadata } = found;
    const number = wanted > 0 ? wanted : metadata.current;
    const version = versionAt(metadata, number);
    if (!version) return undefined;
    if (!isReadable(version, place.deps.clock.now())) return { metadata, number };
    const value = await storedValue(place, found, number);
    if (value === undefined) throw new ValueRemoved();
    return { metadata, number, value };
  }, ValueRemoved);
}

/** The value of a version as JSON text; undefined if it was removed after the metadata was read. */
export async function storedValue(
  place: SecretPlace,
  found: FoundSecret,
  number: number,
): Promise<string | undefined> {
  if (found.v1) return found.v1.value;
  const item = await place.deps.store.get(versionRef(place, number));
  return item?.value as string | undefined;
}
