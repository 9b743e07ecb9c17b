/** `config`: the settings of a mount, for all its secrets that have no settings of their own (contract §9.2). */

import { formatDuration, parseDuration, secondsMeant } from '../../../http/duration.ts';
import { type Schema, unusable } from '../../../http/fields.ts';
import { type Call, type Reply, route } from '../../../http/route.ts';
import { Meant, type Shape, type Wire } from '../../../http/shape.ts';
import { ABSENT } from '../../../ports/store.ts';
import { configRef, placeOf, type SecretPlace } from '../place.ts';
import { checkMaxVersions } from './settings.ts';
import type { VersionSettings } from './versions.ts';

export interface KvConfig extends VersionSettings {
  casRequired: boolean;
  metadataCasRequired: boolean;
}

const FIELDS = {
  max_versions: 'int',
  cas_required: 'bool',
  metadata_cas_required: 'bool',
  delete_version_after: new Meant('any', { spellings: secondsMeant }),
} as const satisfies Schema;

/** A duration may be sent in many forms; answers have it in Go's notation. */
const SHAPE = { ...FIELDS, delete_version_after: 'string' } as const satisfies Shape;

const DEFAULTS: KvConfig = {
  maxVersions: 0,
  casRequired: false,
  metadataCasRequired: false,
  deleteVersionAfter: 0,
};

export const configRoute = route({
  path: 'config',
  fields: FIELDS,
  answers: { read: SHAPE, write: null },
  read,
  write,
});

/** The settings of a mount; defaults for those that were never set. */
export async function readKvConfig({
  deps,
  mountUuid,
}: Pick<SecretPlace, 'deps' | 'mountUuid'>): Promise<KvConfig> {
  return { ...DEFAULTS, ...(await deps.store.get(configRef({ mountUuid }))) };
}

async function read(call: Call): Promise<Reply<Wire<typeof SHAPE>>> {
  const config = await readKvConfig(placeOf(call));
  return {
    data: {
      max_versions: config.maxVersions,
      cas_required: config.casRequired,
      metadata_cas_required: config.metadataCasRequired,
      delete_version_after: formatDuration(config.deleteVersionAfter),
    },
  };
}

/** Sets only what was sent, in one update: of two concurrent writes of different settings, neither is lost. */
async function write(call: Call<typeof FIELDS>): Promise<void> {
  const { max_versions, cas_required, metadata_cas_required, delete_version_after } = call.fields;
  const sent = {
    ...(max_versions === undefined ? {} : { maxVersions: checkMaxVersions(max_versions) }),
    ...(cas_required === undefined ? {} : { casRequired: cas_required }),
    ...(metadata_cas_required === undefined ? {} : { metadataCasRequired: metadata_cas_required }),
    ...(delete_version_after === undefined
      ? {}
      : { deleteVersionAfter: signedDuration(delete_version_after) }),
  };
  if (Object.keys(sent).length === 0) return;
  const set = { ...sent, kind: 'config' };
  const update = configRef(placeOf(call));
  await call.deps.store.commit([{ update, set, if: [ABSENT, { kind: 'config' }] }]);
}

/**
 * @returns whole seconds; −1 for any negative duration, which switches `delete_version_after` off
 * @throws VaultError 400 when it is no duration, or too long
 */
function signedDuration(value: unknown): number {
  if (typeof value === 'number' && value < 0) return -1;
  const text = typeof value === 'string' ? value.trim() : '';
  const seconds = parseDuration(text.startsWith('-') ? text.slice(1) : value);
  if (seconds === undefined) throw unusable('delete_version_after', 'duration', value);
  return text.startsWith('-') && seconds > 0 ? -1 : seconds;
}
