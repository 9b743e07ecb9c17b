/** Lists secrets by name, or with their metadata. Secrets that version 1 wrote are included. */

import type { Schema } from '../../../http/fields.ts';
import { type Call, type Reply, route } from '../../../http/route.ts';
import { KEYS, type Keys, type Shape, type Wire } from '../../../http/shape.ts';
import { type ListRange, listEntries, scanEntries } from '../list.ts';
import {
  METADATA_PREFIX,
  metadataRef,
  placeOf,
  refuseLongPath,
  type SecretPlace,
  V1_PREFIX,
} from '../place.ts';
import { describeMetadata, METADATA_INFO, type MetadataInfo } from './describe.ts';
import { findSecret, foundSecretOf } from './findSecret.ts';

export const LIST_FIELDS = { after: 'string', limit: 'int' } as const satisfies Schema;
export const LIST_QUERY = ['after', 'limit'] as const;

type ListCall = Call<typeof LIST_FIELDS>;

/** A sub-directory has no facts. */
const DETAILED = { ...KEYS, key_info: { '*': [METADATA_INFO, {}] } } as const satisfies Shape;

export const detailedMetadataRoute = route({
  path: 'detailed-metadata/:path*',
  fields: LIST_FIELDS,
  answers: { list: DETAILED, scan: DETAILED },
  list: (call) => listWithMetadata(call, listEntries),
  scan: (call) => listWithMetadata(call, scanEntries),
});

export async function listSecrets(call: ListCall): Promise<Reply<Keys> | undefined> {
  const keys = await entries(call, listEntries);
  return keys.length > 0 ? { data: { keys } } : undefined;
}

/** Lists all secrets below a directory, at any depth. */
export async function scanSecrets(call: ListCall): Promise<Reply<Keys> | undefined> {
  const keys = await entries(call, scanEntries);
  return keys.length > 0 ? { data: { keys } } : undefined;
}

async function listWithMetadata(
  call: ListCall,
  entriesIn: typeof listEntries,
): Promise<Reply<Wire<typeof DETAILED>> | undefined> {
  const keys = await entries(call, entriesIn);
  if (keys.length === 0) return undefined;
  const directory = placeOf(call);
  const secrets = keys.filter((key) => !key.endsWith('/'));
  const described = await describeAll(secrets.map((key) => ({ ...directory, path: directory.path + key })));
  const factsOf = new Map(secrets.map((key, i) => [key, described[i]]));
  const info = keys.flatMap((key) => {
    const facts = key.endsWith('/') ? {} : factsOf.get(key);
    return facts ? [[key, facts] as const] : [];
  });
  return { data: { keys, key_info: Object.fromEntries(info) } };
}

/** Reads the secrets of version 1 first: a secret that is upgraded meanwhile is seen once or twice, never missed. */
async function entries(call: ListCall, entriesIn: typeof listEntries): Promise<string[]> {
  const { deps, mountUuid, path } = placeOf(call);
  const { after, limit = 0 } = call.fields;
  refuseLongPath(path + (after ?? ''));
  const range = (prefix: string): ListRange => ({
    pk: mountUuid,
    prefix: prefix + path,
    after,
    limit,
  });
  const old = await entriesIn(deps.store, range(V1_PREFIX));
  const current = await entriesIn(deps.store, range(METADATA_PREFIX));
  const all = old.length > 0 ? [...new Set([...old, ...current])].sort(inBytes) : current;
  return limit > 0 ? all.slice(0, limit) : all;
}

/** Byte order, as the store sorts its keys; JavaScript sorts by UTF-16 units. */
function inBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** @returns undefined for a secret that was removed after it was listed */
async function describeAll(places: SecretPlace[]): Promise<(MetadataInfo | undefined)[]> {
  const store = places[0]?.deps.store;
  const items = store ? await store.getMany(places.map(metadataRef)) : [];
  return Promise.all(
    places.map(async (place, i) => {
      const item = items[i];
      const found = item ? foundSecretOf(item) : await findSecret(place);
      return found && describeMetadata(found.metadata);
    }),
  );
}
