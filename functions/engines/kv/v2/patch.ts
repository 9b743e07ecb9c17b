/** `PATCH data/`: a new version made of the newest one and a merge patch. */

import type { Call, Reply } from '../../../http/route.ts';
import { noDataProvided } from '../errors.ts';
import { placeOf } from '../place.ts';
import { decodeValue, encodeValue } from '../value.ts';
import { addVersion } from './addVersion.ts';
import { changeMetadata } from './changeMetadata.ts';
import { checkAndSet } from './checkAndSet.ts';
import { readConfig } from './config.ts';
import type { DATA_FIELDS } from './dataFields.ts';
import { describeVersion, type VersionInfo } from './describe.ts';
import { mergePatch } from './mergePatch.ts';
import { storedValue } from './readVersion.ts';
import { isGone, versionAt } from './versions.ts';

/** Contract §9.2: what is absent is 404 without a body, what is deleted 404 with the facts of its version. */
export async function patch(call: Call<typeof DATA_FIELDS>): Promise<Reply<VersionInfo> | undefined> {
  const place = placeOf(call);
  const { data, options } = call.fields;
  if (!data) throw noDataProvided();
  const config = await readConfig(place);
  return changeMetadata(place, async (found) => {
    if (!found) return { answer: { status: 404 } };
    const { metadata } = found;
    checkAndSet(options, config, metadata);
    const newest = versionAt(metadata, metadata.current);
    if (!newest) return { answer: { status: 404 } };
    const now = place.deps.clock.now();
    if (isGone(newest, now))
      return { answer: { status: 404, data: describeVersion(metadata, metadata.current) } };
    const old = await storedValue(place, found, metadata.current);
    if (old === undefined) return undefined;
    return addVersion(metadata, config, encodeValue(mergePatch(decodeValue(old), data)), now);
  });
}
