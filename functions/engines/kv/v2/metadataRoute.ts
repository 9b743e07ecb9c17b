/** `metadata/`: reads, writes and patches the metadata of a secret, removes the secret, lists secrets. */

import { refusal } from '../../../http/errors.ts';
import { type Call, type Reply, route } from '../../../http/route.ts';
import { KEYS } from '../../../http/shape.ts';
import { MAX_REMOVED_VERSIONS } from '../../../limits.ts';
import { placeOf } from '../place.ts';
import { changeSecret, type Decision } from './changeSecret.ts';
import { type KvConfig, readKvConfig } from './config.ts';
import { describeMetadata, METADATA_INFO, type MetadataInfo } from './describe.ts';
import { findSecret, secretExists } from './findSecret.ts';
import { LIST_FIELDS, LIST_QUERY, listSecrets, scanSecrets } from './listSecrets.ts';
import { newMetadata, type SecretMetadata } from './metadata.ts';
import {
  customMetadataOf,
  patchCustomMetadata,
  SETTINGS_FIELDS,
  type SettingsFields,
  settingsCleared,
  settingsSent,
} from './settings.ts';
import { oldestKept, purgeOldest } from './versions.ts';

const FIELDS = { ...SETTINGS_FIELDS, ...LIST_FIELDS } as const;

type MetadataCall = Call<typeof FIELDS>;

export const metadataRoute = route({
  path: 'metadata/:path*',
  fields: FIELDS,
  query: LIST_QUERY,
  answers: { read: METADATA_INFO, list: KEYS, scan: KEYS, write: null, patch: null, delete: null },
  exists: secretExists,
  read,
  list: listSecrets,
  scan: scanSecrets,
  write,
  patch,
  delete: remove,
});

async function read(call: Call): Promise<Reply<MetadataInfo> | undefined> {
  const found = await findSecret(placeOf(call));
  return found && { data: describeMetadata(found.metadata) };
}

async function write(call: MetadataCall): Promise<Reply | undefined> {
  const place = placeOf(call);
  const { metadata_cas: cas, custom_metadata: custom } = call.fields;
  const settings: Partial<SecretMetadata> = {
    ...settingsSent(call.fields),
    ...settingsCleared(call.raw),
    ...(custom ? { custom: customMetadataOf(custom) } : {}),
  };
  if (Object.keys(settings).length === 0) return undefined;
  const config = await readKvConfig(place);
  return changeSecret(place, (found) => {
    const now = place.deps.clock.now();
    checkAndSet(cas, config, found?.metadata);
    const old = found?.metadata ?? newMetadata(now);
    return { change: { metadata: withSettings(old, settings, now) }, ...warned(config, call.fields) };
  });
}

async function patch(call: MetadataCall): Promise<Reply | undefined> {
  const place = placeOf(call);
  const { metadata_cas: cas, custom_metadata: custom } = call.fields;
  if (custom) patchCustomMetadata({}, custom);
  const settings = { ...settingsSent(call.fields), ...settingsCleared(call.raw) };
  if (!custom && Object.keys(settings).length === 0) return undefined;
  const config = await readKvConfig(place);
  return changeSecret(place, (found) => {
    if (!found) return { answer: { status: 404 } };
    const old = found.metadata;
    checkAndSet(cas, config, old);
    const merged = custom ? { custom: patchCustomMetadata(old.custom, custom) } : {};
    const metadata = withSettings(old, { ...settings, ...merged }, place.deps.clock.now());
    return { change: { metadata }, ...warned(config, call.fields) };
  });
}

/**
 * Removes the secret with all versions. If they are too many for one transaction, the oldest are removed first, and the
 * secret together with the newest.
 */
async function remove(call: Call): Promise<void> {
  await changeSecret(placeOf(call), (found) => {
    if (!found) return {};
    const { metadata } = found;
    const count = metadata.versions.length;
    if (count > MAX_REMOVED_VERSIONS) return { change: purgeOldest(metadata), unfinished: true };
    return { change: { removed: oldestKept(metadata, count) } };
  });
}

/** @param now epoch milliseconds */
function withSettings(old: SecretMetadata, settings: Partial<SecretMetadata>, now: number): SecretMetadata {
  return { ...old, ...settings, metadataVersion: old.metadataVersion + 1, updatedAt: now };
}

function warned(config: KvConfig, { cas_required }: SettingsFields): Pick<Decision, 'answer'> {
  if (cas_required !== false || !config.casRequired) return {};
  const warning =
    '"cas_required" set to false, but is mandated by backend config. This value will be ignored.';
  return { answer: { warnings: [warning] } };
}

/**
 * Check-and-set: writes only if the settings are still those that the client last saw. A secret that does not exist has
 * settings of version 0.
 * @param metadata nothing if the secret does not exist
 * @throws VaultError 400 when `metadata_cas` is missing where it is required, or not the current version
 */
function checkAndSet(cas: number | undefined, config: KvConfig, metadata: SecretMetadata | undefined): void {
  if (cas !== undefined) {
    if (!metadata && cas !== 0) throw refusal('metadata_cas must be 0 when creating new metadata');
    if (cas !== (metadata?.metadataVersion ?? 0))
      throw refusal('metadata check-and-set parameter does not match the current version');
  } else if (config.metadataCasRequired || metadata?.metadataCasRequired)
    throw refusal('metadata check-and-set parameter required for this call');
}
