/** Reads the request that enables a mount, with all checks that need no read of the tree (contract §3.3). Pure. */

import { goQuote, refusal, type VaultError } from '../http/errors.ts';
import { type Fields, readValue } from '../http/fields.ts';
import type { Synonyms } from '../http/route.ts';
import { Meant } from '../http/shape.ts';
import { authVersionRefused, invalidVersion, secretVersionRefused } from './errors.ts';
import type { Mount } from './mount.ts';
import { CONFIG_FIELDS, configText, readMountConfig, readVisibility } from './mountConfig.ts';
import { GENERIC, type MountTypes, mountTypeNamed } from './mountType.ts';
import { cleanPath, type MountTable, oversize, protectedSegment, treePath } from './path.ts';
import { canonicalVersion, PLUGIN_VERSION, VERSION_TEXT } from './pluginVersion.ts';

export const ENABLE_FIELDS = {
  type: 'string',
  description: 'string',
  config: new Meant('map', { members: CONFIG_FIELDS }),
  options: 'pairs',
  local: 'bool',
  seal_wrap: 'bool',
  external_entropy_access: 'bool',
  plugin_name: 'string',
  plugin_version: VERSION_TEXT,
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
  const kindOf = table === 'mount' ? secretType : authType;
  const { type, options } = kindOf(asked, fields.options ?? {}, types);
  checkPluginVersion(askedVersion(fields, table), type, table);
  const listingVisibility = readVisibility(configText(raw, 'listing_visibility', table));
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
  fields: EnableFields,
  table: MountTable,
  types: MountTypes,
): VaultError | undefined {
  const asked = askedVersion(fields, table);
  if (asked !== '' && asked !== PLUGIN_VERSION) return noSuchPlugin(type, asked);
  const known = mountTypeNamed(types, type);
  if (known?.kind !== (table === 'mount' ? 'secret' : 'auth')) return noSuchPlugin(type);
  const { version = '' } = options;
  const isVersion = version === '' || !known.versions || known.versions.includes(version);
  return isVersion ? undefined : invalidVersion(version);
}

export function noSuchPlugin(type: string, version = ''): VaultError {
  return refusal(`plugin not found in the catalog: ${type}${version && `, version=${version}`}`);
}

/** @returns the plugin version that a request asks for; empty for none */
function askedVersion({ config = {}, plugin_version }: EnableFields, table: MountTable): string {
  const version = configText(config, 'plugin_version', table) || plugin_version;
  return version ? canonicalVersion(version) : '';
}

/**
 * Of kv and the built-in types a version is judged early; other types are then not found in that version.
 * @throws VaultError 400
 */
function checkPluginVersion(version: string, type: string, table: MountTable): void {
  const name = type === GENERIC ? 'kv' : type;
  const isNative = table === 'mount' ? name === 'kv' || BUILTIN_TYPES.includes(name) : isTokenType(name);
  if (version === '' || version === PLUGIN_VERSION || !isNative) return;
  const kind = table === 'mount' ? 'secrets' : 'auth';
  throw refusal(`cannot select non-builtin version of ${kind} plugin ${name}`);
}

function isTokenType(type: string): boolean {
  return type === 'token' || type === 'ns_token';
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

/**
 * What a request that enables a mount says in other words: the names of a plugin are types, and a type such as `kv-v2` is
 * another one with an option.
 */
export const mountSynonyms: Synonyms = ({ raw, types }) => {
  const [type, name, version] = [raw.type, raw.plugin_name, raw.plugin_version].map(textOf);
  const config = (readValue('map', raw.config) ?? {}) as Record<string, unknown>;
  const [nameInConfig, versionInConfig] = [config.plugin_name, config.plugin_version].map(textOf);
  const options = (readValue('pairs', raw.options) ?? {}) as Record<string, string>;
  const plugin = type === 'plugin' ? nameInConfig || name : '';
  const [known, implied] = named(plugin || type || '', types);
  const names = [plugin || type, ...namesOf(known, { ...options, ...implied }, types)];
  const synonyms = names.map((one): [string, unknown] => ['type', one]);
  if (plugin) synonyms.push(...names.map((one): [string, unknown] => ['plugin_name', one]));
  if (Object.keys(implied).length > 0) synonyms.push(['options', { ...options, ...implied }]);
  if (versionInConfig) synonyms.push(['plugin_version', versionInConfig]);
  if (name || version) synonyms.push(['config', { plugin_name: name, plugin_version: version, ...config }]);
  return synonyms;
};

function textOf(value: unknown): string {
  return (readValue('string', value ?? '') as string | undefined) ?? '';
}

/** All names of a type with these options. */
function namesOf(type: string, { version = '1' }: Record<string, string>, types: MountTypes): string[] {
  const names = type === GENERIC ? [GENERIC, 'kv'] : [type];
  const aliases = names.flatMap((name) => Object.entries(mountTypeNamed(types, name)?.aliases ?? {}));
  return [...names, ...aliases.filter(([, implied]) => implied.version === version).map(([name]) => name)];
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
  if (table === 'auth' && isTokenType(type)) throw refusal('token credential backend cannot be instantiated');
  if (table === 'mount' && BUILTIN_TYPES.includes(type))
    throw refusal(`mount type of ${goQuote(type)} is not mountable`);
}
