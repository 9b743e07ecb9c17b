/** `data/`: reads any version of a secret, writes a new one, deletes the newest. */

import { type Call, type Missing, type Reply, route } from '../../../http/route.ts';
import type { Shape, Wire } from '../../../http/shape.ts';
import { noDataProvided } from '../errors.ts';
import { placeOf } from '../place.ts';
import { decodeValue, encodeValue } from '../value.ts';
import { addVersion } from './addVersion.ts';
import { changeMetadata } from './changeMetadata.ts';
import { checkAndSet } from './checkAndSet.ts';
import { readConfig } from './config.ts';
import { DATA_FIELDS } from './dataFields.ts';
import { describeVersion, VERSION, type VersionInfo } from './describe.ts';
import { secretExists } from './findMetadata.ts';
import { newMetadata } from './metadata.ts';
import { patch } from './patch.ts';
import { readVersion } from './readVersion.ts';
import { isGone, versionAt, withDeleted } from './versions.ts';

const READ = { data: 'map', metadata: VERSION } as const satisfies Shape;

export const dataRoute = route({
  path: 'data/:path*',
  fields: DATA_FIELDS,
  query: ['version'],
  answers: {
    read: READ,
    write: VERSION,
    patch: VERSION,
    delete: null,
  },
  exists: secretExists,
  read,
  write,
  patch,
  delete: remove,
});

async function read(call: Call<typeof DATA_FIELDS>): Promise<Reply<Wire<typeof READ>> | Missing | undefined> {
  const found = await readVersion(placeOf(call), call.fields.version);
  if (!found) return undefined;
  const metadata = describeVersion(found.metadata, found.number);
  if (found.value === undefined) return { status: 404, data: { data: null, metadata } };
  return { data: { data: decodeValue(found.value), metadata } };
}

async function write(call: Call<typeof DATA_FIELDS>): Promise<Reply<VersionInfo> | undefined> {
  const place = placeOf(call);
  const { data, options } = call.fields;
  if (!data) throw noDataProvided();
  const value = encodeValue(data);
  const config = await readConfig(place);
  return changeMetadata(place, (found) => {
    const now = place.deps.clock.now();
    const metadata = found?.metadata ?? newMetadata(now);
    checkAndSet(options, config, metadata);
    return addVersion(metadata, config, value, now);
  });
}

async function remove(call: Call): Promise<void> {
  const place = placeOf(call);
  await changeMetadata(place, (found) => {
    const now = place.deps.clock.now();
    const newest = found && versionAt(found.metadata, found.metadata.current);
    if (!newest || isGone(newest, now)) return {};
    return { change: { metadata: withDeleted(found.metadata, [found.metadata.current], now) } };
  });
}
