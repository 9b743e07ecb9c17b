/** `metadata/`: reads, sets, patches and removes what is known of a secret besides its values; lists secrets. */

import { type Call, type Reply, route } from '../../../http/route.ts';
import { KEYS } from '../../../http/shape.ts';
import { MAX_REMOVED_VERSIONS } from '../../../limits.ts';
import { placeOf } from '../place.ts';
import { oldest, purgeOldest } from './addVersion.ts';
import { changeMetadata, type Decision } from './changeMetadata.ts';
import { checkAndSetMetadata } from './checkAndSet.ts';
import { type Config, readConfig } from './config.ts';
import { customMetadataOf, patchCustomMetadata } from './customMetadata.ts';
import { describeMetadata, METADATA, type MetadataInfo } from './describe.ts';
import { findMetadata, secretExists } from './findMetadata.ts';
import { LIST_FIELDS, LIST_QUERY, listSecrets, scanSecrets } from './listSecrets.ts';
import { type Metadata, newMetadata } from './metadata.ts';
import { SETTINGS_FIELDS, type SettingsFields, settingsCleared, settingsSent } from './settings.ts';

const FIELDS = { ...SETTINGS_FIELDS, ...LIST_FIELDS } as const;

type MetadataCall = Call<typeof FIELDS>;

export const metadataRoute = route({
  path: 'metadata/:path*',
  fields: FIELDS,
  query: LIST_QUERY,
  answers: { read: METADATA, list: KEYS, scan: KEYS, write: null, patch: null, delete: null },
  exists: secretExists,
  read,
  list: listSecrets,
  scan: scanSecrets,
  write,
  patch,
  delete: remove,
});

async function read(call: Call): Promise<Reply<MetadataInfo> | undefined> {
  const found = await findMetadata(placeOf(call));
  return found && { data: describeMetadata(found.metadata) };
}

async function write(call: MetadataCall): Promise<Reply | undefined> {
  const place = placeOf(call);
  const { metadata_cas: cas, custom_metadata: custom } = call.fields;
  const settings: Partial<Metadata> = {
    ...settingsSent(call.fields),
    ...(custom ? { custom: customMetadataOf(custom) } : {}),
  };
  if (Object.keys(settings).length === 0) return undefined;
  const config = await readConfig(place);
  return changeMetadata(place, (found) => {
    const old = found?.metadata ?? newMetadata(place.deps.clock.now());
    checkAndSetMetadata(cas, config, old);
    return { change: { metadata: withSettings(old, settings) }, ...warned(config, call.fields) };
  });
}

async function patch(call: MetadataCall): Promise<Reply | undefined> {
  const place = placeOf(call);
  const { metadata_cas: cas, custom_metadata: custom } = call.fields;
  if (custom) patchCustomMetadata({}, custom);
  const settings = { ...settingsSent(call.fields), ...settingsCleared(call.raw) };
  const config = await readConfig(place);
  return changeMetadata(place, (found) => {
    if (!found) return { answer: { status: 404 } };
    const old = found.metadata;
    checkAndSetMetadata(cas, config, old);
    const merged = custom ? { custom: patchCustomMetadata(old.custom, custom) } : {};
    const cleared = call.raw.custom_metadata === null ? { custom: {} } : {};
    const metadata = withSettings(old, { ...settings, ...merged, ...cleared });
    return { change: { metadata }, ...warned(config, call.fields) };
  });
}

/** Of more versions than a transaction can remove the oldest go first, and the secret with the last of them. */
async function remove(call: Call): Promise<void> {
  await changeMetadata(placeOf(call), (found) => {
    if (!found) return {};
    const { metadata } = found;
    const count = metadata.versions.length;
    if (count > MAX_REMOVED_VERSIONS) return { change: purgeOldest(metadata), unfinished: true };
    return { change: { removed: oldest(metadata, count) } };
  });
}

function withSettings(old: Metadata, settings: Partial<Metadata>): Metadata {
  return { ...old, ...settings, metadataVersion: old.metadataVersion + 1 };
}

function warned(config: Config, { cas_required }: SettingsFields): Pick<Decision, 'answer'> {
  if (cas_required !== false || !config.casRequired) return {};
  const warning =
    '"cas_required" set to false, but is mandated by backend config. This value will be ignored.';
  return { answer: { warnings: [warning] } };
}
