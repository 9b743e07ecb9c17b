/** `data/`: reads any version of a secret, writes or patches a new one, deletes the newest. */

import { casMissing, refusal } from '../../../http/errors.ts';
import type { Schema } from '../../../http/fields.ts';
import { type Call, type Reply, route } from '../../../http/route.ts';
import { Meant } from '../../../http/shape.ts';
import { MAX_REMOVED_VERSIONS } from '../../../limits.ts';
import { placeOf } from '../place.ts';
import { decodeValue, encodeValue, mergePatch, type Value } from '../value.ts';
import { changeSecret, type Decision } from './changeSecret.ts';
import { type KvConfig, readKvConfig } from './config.ts';
import { describeVersion, VERSION_INFO, type VersionInfo } from './describe.ts';
import { secretExists } from './findSecret.ts';
import { newMetadata, type SecretMetadata } from './metadata.ts';
import { DATA, readData, storedValue } from './readVersion.ts';
import {
  firstKept,
  isReadable,
  oldestKept,
  purgeOldest,
  versionAt,
  withDeleted,
  withVersion,
} from './versions.ts';

const OPTIONS = new Meant('map', { members: { cas: 'int' } });

const FIELDS = { version: 'int', data: 'map', options: OPTIONS } as const satisfies Schema;

type DataCall = Call<typeof FIELDS>;

export const dataRoute = route({
  path: 'data/:path*',
  fields: FIELDS,
  query: ['version'],
  answers: { read: DATA, write: VERSION_INFO, patch: VERSION_INFO, delete: null },
  exists: secretExists,
  read: readData,
  write,
  patch,
  delete: remove,
});

async function write(call: DataCall): Promise<Reply<VersionInfo> | undefined> {
  const place = placeOf(call);
  const value = encodeValue(dataOf(call));
  const config = await readKvConfig(place);
  return changeSecret(place, (found) => {
    const now = place.deps.clock.now();
    const metadata = found?.metadata ?? newMetadata(now);
    checkAndSet(call, config, metadata);
    return addVersion(metadata, config, value, now);
  });
}

/**
 * Makes a new version of the newest one and a merge patch. A secret without a version is 404 without a body; a newest
 * version that is deleted or destroyed is 404 with its facts (contract §9.2).
 */
async function patch(call: DataCall): Promise<Reply<VersionInfo> | undefined> {
  const place = placeOf(call);
  const data = dataOf(call);
  const config = await readKvConfig(place);
  return changeSecret(place, async (found) => {
    if (!found) return { answer: { status: 404 } };
    const { metadata } = found;
    checkAndSet(call, config, metadata);
    const newest = versionAt(metadata, metadata.current);
    if (!newest) return { answer: { status: 404 } };
    const now = place.deps.clock.now();
    if (!isReadable(newest, now))
      return { answer: { status: 404, data: describeVersion(metadata, metadata.current) } };
    const old = await storedValue(place, found, metadata.current);
    if (old === undefined) return undefined;
    return addVersion(metadata, config, encodeValue(mergePatch(decodeValue(old), data)), now);
  });
}

/** Deletes the newest version so that it can be undeleted. */
async function remove(call: Call): Promise<void> {
  const place = placeOf(call);
  await changeSecret(place, (found) => {
    const now = place.deps.clock.now();
    const newest = found && versionAt(found.metadata, found.metadata.current);
    if (!newest || !isReadable(newest, now)) return {};
    return { change: { metadata: withDeleted(found.metadata, [found.metadata.current], now) } };
  });
}

function dataOf({ fields }: DataCall): Value {
  if (!fields.data) throw refusal('no data provided');
  return fields.data;
}

/** Adds a version and removes those beyond `max_versions`, in several steps if they do not fit into one transaction. */
function addVersion(metadata: SecretMetadata, config: KvConfig, value: string, now: number): Decision {
  const grown = withVersion(metadata, config, now);
  const surplus = firstKept(grown) - firstKept(metadata);
  if (surplus > MAX_REMOVED_VERSIONS) return { change: purgeOldest(metadata), unfinished: true };
  return {
    change: { metadata: grown, value, removed: oldestKept(metadata, surplus) },
    answer: { data: describeVersion(grown, grown.current) },
  };
}

/**
 * Check-and-set: writes only if the newest version is still the one that the client last saw.
 * @throws VaultError 400 when `options.cas` is missing where it is required, unreadable, or not the newest version
 */
function checkAndSet({ fields }: DataCall, config: KvConfig, metadata: SecretMetadata): void {
  const { options } = fields;
  if (options && Object.hasOwn(options, 'cas')) {
    if (versionNumber(options.cas) !== metadata.current)
      throw refusal('check-and-set parameter did not match the current version');
  } else if (config.casRequired || metadata.casRequired) throw casMissing();
}

/** As loose as Vault's decoder: takes a number, a number as text, or a boolean; `null` and `""` are 0. */
function versionNumber(cas: unknown): number {
  if (cas === null || cas === '') return 0;
  if (typeof cas === 'boolean') return cas ? 1 : 0;
  const number = typeof cas === 'string' && /^[+-]?\d{1,15}$/.test(cas) ? Number(cas) : cas;
  if (typeof number !== 'number' || !Number.isSafeInteger(number))
    throw refusal('error parsing check-and-set parameter');
  return number;
}
