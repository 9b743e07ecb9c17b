/** `delete/`, `undelete/` and `destroy/`: change versions by their numbers (contract §9.2). */

import { refusal } from '../../../http/errors.ts';
import type { Schema } from '../../../http/fields.ts';
import { type Call, route } from '../../../http/route.ts';
import { MAX_REMOVED_VERSIONS } from '../../../limits.ts';
import { placeOf } from '../place.ts';
import { changeSecret } from './changeSecret.ts';
import { readKvConfig } from './config.ts';
import { versionAt, withDeleted, withDestroyed, withUndeleted } from './versions.ts';

const FIELDS = { versions: 'ints' } as const satisfies Schema;

type VersionsCall = Call<typeof FIELDS>;

/** The refusal of `delete` and `undelete`; that of `destroy` begins with a small letter. */
const NONE_TO_DELETE = 'No version number provided';

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
  const numbers = versionsSent(call, NONE_TO_DELETE);
  await changeSecret(place, (found) =>
    found ? { change: { metadata: withDeleted(found.metadata, numbers, place.deps.clock.now()) } } : {},
  );
}

async function undelete(call: VersionsCall): Promise<void> {
  const place = placeOf(call);
  const numbers = versionsSent(call, NONE_TO_DELETE);
  const config = await readKvConfig(place);
  await changeSecret(place, (found) => {
    if (!found) return {};
    return { change: { metadata: withUndeleted(found.metadata, config, numbers, place.deps.clock.now()) } };
  });
}

/** Removes the values of versions, in several steps if they are too many for one transaction. */
async function destroy(call: VersionsCall): Promise<void> {
  const place = placeOf(call);
  const numbers = versionsSent(call, 'no version number provided');
  await changeSecret(place, (found) => {
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

/**
 * @param noneSent the text of the refusal
 * @returns the numbers sent, each once
 * @throws VaultError 400 when no number was sent
 */
function versionsSent({ fields }: VersionsCall, noneSent: string): number[] {
  const { versions = [] } = fields;
  if (versions.length === 0) throw refusal(noneSent);
  return [...new Set(versions)];
}
