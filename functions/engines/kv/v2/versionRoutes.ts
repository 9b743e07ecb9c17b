/** `delete/`, `undelete/` and `destroy/`: what is done to versions by their numbers. */

import type { VaultError } from '../../../http/errors.ts';
import type { Schema } from '../../../http/fields.ts';
import { type Call, route } from '../../../http/route.ts';
import { MAX_REMOVED_VERSIONS } from '../../../limits.ts';
import { noVersionToDelete, noVersionToDestroy } from '../errors.ts';
import { placeOf } from '../place.ts';
import { changeMetadata } from './changeMetadata.ts';
import { readConfig } from './config.ts';
import { versionAt, withDeleted, withDestroyed, withUndeleted } from './versions.ts';

const FIELDS = { versions: 'ints' } as const satisfies Schema;

type VersionsCall = Call<typeof FIELDS>;

export const deleteRoute = route({
  path: 'delete/:path*',
  fields: FIELDS,
  answers: { write: null },
  write: softDelete,
});
export const undeleteRoute = route({
  path: 'undelete/:path*',
  fields: FIELDS,
  answers: { write: null },
  write: undelete,
});
export const destroyRoute = route({
  path: 'destroy/:path*',
  fields: FIELDS,
  answers: { write: null },
  write: destroy,
});

async function softDelete(call: VersionsCall): Promise<void> {
  const place = placeOf(call);
  const numbers = versionsSent(call, noVersionToDelete);
  await changeMetadata(place, (found) =>
    found ? { change: { metadata: withDeleted(found.metadata, numbers, place.deps.clock.now()) } } : {},
  );
}

async function undelete(call: VersionsCall): Promise<void> {
  const place = placeOf(call);
  const numbers = versionsSent(call, noVersionToDelete);
  const config = await readConfig(place);
  await changeMetadata(place, (found) => {
    if (!found) return {};
    return { change: { metadata: withUndeleted(found.metadata, config, numbers, place.deps.clock.now()) } };
  });
}

/** Destroys for good: of more versions than a transaction can remove, some at a time. */
async function destroy(call: VersionsCall): Promise<void> {
  const place = placeOf(call);
  const numbers = versionsSent(call, noVersionToDestroy);
  await changeMetadata(place, (found) => {
    if (!found) return {};
    const { metadata } = found;
    const open = numbers.filter((number) => {
      const version = versionAt(metadata, number);
      return version && version.state !== 'destroyed';
    });
    if (open.length === 0) return {};
    const removed = open.slice(0, MAX_REMOVED_VERSIONS);
    return {
      change: { metadata: withDestroyed(metadata, removed), removed },
      unfinished: open.length > removed.length,
    };
  });
}

/** @returns the numbers sent, each once */
function versionsSent({ fields }: VersionsCall, noneSent: () => VaultError): number[] {
  const { versions = [] } = fields;
  if (versions.length === 0) throw noneSent();
  return [...new Set(versions)];
}
