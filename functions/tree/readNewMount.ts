/** Reads the request that enables a mount, with all checks that need no read of the tree (contract §3.3). Pure. */

import { goQuote, refusal, type VaultError } from '../http/errors.ts';
import type { Fields } from '../http/fields.ts';
import { VAULT_VERSION } from '../http/version.ts';
import { authVersionRefused, invalidVersion, secretVersionRefused } from './errors.ts';
import type { Mount } from './mount.ts';
import { configText, readMountConfig, readVisibility } from './mountConfig.ts';
import { GENERIC, type MountTypes, mountTypeNamed } from './mountType.ts';
import { cleanPath, type MountTable, oversize, protectedSegment, treePath } from './path.ts';

export const ENABLE_FIELDS = {
  type: 'string',
  description: 'string',
  config: 'map',
  options: 'pairs',
  local: 'bool',
  seal_wrap: 'bool',
  external_entropy_access: 'bool',
  plugin_name: 'string',
  plugin_version: 'string',
} as const;

type EnableFields = Fields<typeof ENABLE_FIELDS>;

/** What the request says of the mount. */
export type NewMount = Pick<
  Mount,
  'type' | 'description' | 'config' | 'options' | 'local' | 'sealWrap' | 'externalEntropyAccess'
>;

/** Types of the built-in mounts; no other mount can have them. */
const BUILTIN_TYPES = ['system', 'cubbyhole', 'identity', 'token'].flatMap((type) => [type, `ns_${type}`]);

/**
 * @param path with a trailing slash, without `auth/`
 * @throws VaultError 400
 */
export function readNewMount(
  fields: EnableFields,
  path: string,
  table: MountTable,
  types: MountTypes,
): NewMount {
  const raw = fields.config ?? {};
  const config = readMountConfig(raw, table);
  const asked = typeOf(fields, raw, table);
  const listingVisibility = readVisibility(configText(raw, 'listing_visibility', table));
  const kindOf = table === 'mount' ? secretType : authType;
  const { type, options } = kindOf(asked, fields.options ?? {}, types);
  checkPluginVersion(configText(raw, 'plugin_version', table) || fields.plugin_version, type, table);
  checkPath(path, table);
  checkMountable(type, table);
  return {
    type,
    description: fields.description ?? '',
    config: { ...config, ...(listingVisibility && { listingVisibility }) },
    options,
    local: fields.local ?? false,
    sealWrap: fields.seal_wrap ?? false,
    externalEntropyAccess: fields.external_entropy_access ?? false,
  };
}

/**
 * What is wrong with the type of a new mount. It is the last reason to refuse one: a path in use comes first.
 * @returns nothing if the type can be enabled
 */
export function unknownType(
  { type, options }: NewMount,
  table: MountTable,
  types: MountTypes,
): VaultError | undefined {
  const known = mountTypeNamed(types, type);
  if (known?.kind !== (table === 'mount' ? 'secret' : 'auth'))
    return refusal(`plugin not found in the catalog: ${type}`);
  const { version = '' } = options;
  const isVersion = version === '' || !known.versions || known.versions.includes(version);
  return isVersion ? undefined : invalidVersion(version);
}

/** Each type has one version; `plugin_version` and listings show this one. */
export const PLUGIN_VERSION = `v${VAULT_VERSION}+builtin.vault`;

/** @throws VaultError 400 for any other version */
export function checkPluginVersion(version: string | undefined, type: string, table: MountTable): void {
  if (!version || version === 'latest' || version === PLUGIN_VERSION) return;
  const kind = table === 'mount' ? 'secrets' : 'auth';
  throw refusal(`cannot select non-builtin version of ${kind} plugin ${type}`);
}

function typeOf(
  { type, plugin_name }: EnableFields,
  raw: Record<string, unknown>,
  table: MountTable,
): string {
  if (!type) throw refusal('backend type must be specified as a string');
  if (type !== 'plugin') return type;
  const name = configText(raw, 'plugin_name', table) || plugin_name;
  if (!name) throw refusal('plugin_name must be provided for plugin backend');
  return name;
}

type Kind = Pick<NewMount, 'type' | 'options'>;

function secretType(asked: string, given: Record<string, string>, types: MountTypes): Kind {
  const [type, alias] = named(asked, types);
  const options = { ...given, ...alias };
  const { version = '' } = options;
  const { versions } = mountTypeNamed(types, type) ?? {};
  if ((!versions || type === GENERIC) && version !== '') throw secretVersionRefused(type);
  return { type, options };
}

/** The type that a name means, and the options that the name implies. */
function named(asked: string, types: MountTypes): [type: string, options: Record<string, string>] {
  for (const [type, { aliases = {} }] of Object.entries(types)) {
    if (Object.hasOwn(aliases, asked)) return [type, aliases[asked] ?? {}];
  }
  return [asked, {}];
}

function authType(type: string, options: Record<string, string>): Kind {
  if (options.version) throw authVersionRefused(type);
  return { type, options };
}

/**
 * Vault accepts an unclean path. Here it is refused, in the words of a remount's destination (contract §1.1 #5): no
 * request could reach the mount.
 */
function checkPath(path: string, table: MountTable): void {
  if (table === 'mount' && protectedSegment(path)) throw refusal(`cannot mount ${goQuote(path)}`);
  const cleaned = cleanPath(path);
  if (path !== cleaned) throw refusal(`path '${path}' does not match cleaned path '${cleaned}'`);
  const why = oversize(treePath(path, table));
  if (why) throw refusal(`invalid mount path: ${why}`);
}

function checkMountable(type: string, table: MountTable): void {
  if (table === 'auth' && ['token', 'ns_token'].includes(type)) {
    throw refusal('token credential backend cannot be instantiated');
  }
  if (BUILTIN_TYPES.includes(type)) throw refusal(`mount type of ${goQuote(type)} is not mountable`);
}
