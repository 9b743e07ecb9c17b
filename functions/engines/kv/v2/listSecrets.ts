/** Lists secrets by name, and with their metadata; those that version 1 wrote are among them. */

import type { Schema } from '../../../http/fields.ts';
import { type Call, type Reply, route } from '../../../http/route.ts';
import { KEYS, type Keys, type Shape, type Wire } from '../../../http/shape.ts';
import { pathTooLong } from '../errors.ts';
import { type ListRange, listEntries, scanEntries } from '../list.ts';
import { fits, METADATA_PREFIX, metadataRef, type Place, placeOf, V1_PREFIX } from '../place.ts';
import { describeMetadata, METADATA, type MetadataInfo } from './describe.ts';
import { findMetadata, foundOf } from './findMetadata.ts';

export const LIST_FIELDS = { after: 'string', limit: 'int' } as const satisfies Schema;
export const LIST_QUERY = ['after', 'limit'] as const;

type ListCall = Call<typeof LIST_FIELDS>;

const DETAILED = { ...KEYS, key_info: { '*': METADATA } } as const satisfies Shape;

export const detailedMetadataRoute = route({
  path: 'detailed-metadata/:path*',
  fields: LIST_FIELDS,
  answers: { list: DETAILED },
  list: listWithMetadata,
});

export async function listSecrets(call: ListCall): Promise<Reply<Keys> | undefined> {
  const keys = await entries(call, listEntries);
  return keys.length > 0 ? { data: { keys } } : undefined;
}

/** All secrets below a directory, however deep. */
export async function scanSecrets(call: ListCall): Promise<Reply<Keys> | undefined> {
  const keys = await entries(call, scanEntries);
  return keys.length > 0 ? { data: { keys } } : undefined;
}

async function listWithMetadata(call: ListCall): Promise<Reply<Wire<typeof DETAILED>> | undefined> {
  const keys = await entries(call, listEntries);
  if (keys.length === 0) return undefined;
  const directory = placeOf(call);
  const secrets = keys.filter((key) => !key.endsWith('/'));
  const places = secrets.map((key) => ({ ...directory, path: directory.path + key }));
  const described = await describeAll(places);
  const info = secrets.flatMap((key, i) => (described[i] ? [[key, described[i]]] : []));
  return { data: { keys, key_info: Object.fromEntries(info) } };
}

/** Those of version 1 first: a secret that moves over meanwhile is then seen in one place or both, never in none. */
async function entries(call: ListCall, entriesIn: typeof listEntries): Promise<string[]> {
  const { deps, mountUuid, path } = placeOf(call);
  const { after, limit = 0 } = call.fields;
  if (!fits({ path: path + (after ?? '') })) throw pathTooLong();
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

/** As the store sorts its keys; JavaScript would sort by UTF-16 units. */
function inBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

/** @returns nothing for a secret that went since it was listed */
async function describeAll(places: Place[]): Promise<(MetadataInfo | undefined)[]> {
  const store = places[0]?.deps.store;
  const items = store ? await store.getMany(places.map(metadataRef)) : [];
  return Promise.all(
    places.map(async (place, i) => {
      const item = items[i];
      const found = item ? foundOf(item) : await findMetadata(place);
      return found && describeMetadata(found.metadata);
    }),
  );
}
