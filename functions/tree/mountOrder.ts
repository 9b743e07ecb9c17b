/** What a request to enable a mount asks for, checked as far as that goes without a look at the tree. Pure. */

import type { Fields } from '../http/fields.ts';
import { VAULT_VERSION } from '../http/version.ts';
import {
  authVersionRefused,
  invalidVersion,
  noType,
  notMountable,
  oversizePath,
  pluginNameMissing,
  pluginVersionRefused,
  protectedMount,
  secretVersionRefused,
  tokenNotEnablable,
  uncleanPath,
  unknownType,
} from './errors.ts';
import type { Mount } from './mount.ts';
import { configText, readConfig } from './mountConfig.ts';
import { type MountTypes, typeIn } from './mountType.ts';
import { cleanPath, oversize, protectedSegment } from './path.ts';
import { type Table, treePath } from './table.ts';

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

export type MountOrder = Pick<
  Mount,
  'type' | 'description' | 'config' | 'options' | 'local' | 'sealWrap' | 'externalEntropyAccess'
>;

/** Types of the mounts every namespace is born with, and no other can be. */
const BUILTIN_TYPES = ['system', 'cubbyhole', 'identity', 'token'].flatMap((type) => [type, `ns_${type}`]);

/**
 * @param path with a trailing slash, without `auth/`
 * @throws VaultError 400
 */
export function readOrder(fields: EnableFields, path: string, table: Table, types: MountTypes): MountOrder {
  const raw = fields.config ?? {};
  const config = readConfig(raw, table);
  const asked = typeOf(fields, raw, table);
  const kindOf = table === 'mount' ? secretType : authType;
  const { type, options } = kindOf(asked, fields.options ?? {}, types);
  checkPluginVersion(configText(raw, 'plugin_version', table) || fields.plugin_version, type, table);
  checkPath(path, table);
  checkType(type, table, types);
  return {
    type,
    description: fields.description ?? '',
    config,
    options,
    local: fields.local ?? false,
    sealWrap: fields.seal_wrap ?? false,
    externalEntropyAccess: fields.external_entropy_access ?? false,
  };
}

/** What `plugin_version` and listings call the one version there is of each type. */
export const PLUGIN_VERSION = `v${VAULT_VERSION}+builtin.vault`;

/** @throws VaultError 400 for a version that is not the only one */
export function checkPluginVersion(version: string | undefined, type: string, table: Table): void {
  if (!version || version === 'latest' || version === PLUGIN_VERSION) return;
  throw pluginVersionRefused(table === 'mount' ? 'secrets' : 'auth', type);
}

function typeOf({ type, plugin_name }: EnableFields, raw: Record<string, unknown>, table: Table): string {
  if (!type) throw noType();
  if (type !== 'plugin') return type;
  const name = configText(raw, 'plugin_name', table) || plugin_name;
  if (!name) throw pluginNameMissing();
  return name;
}

type Kind = Pick<MountOrder, 'type' | 'options'>;

function secretType(asked: string, given: Record<string, string>, types: MountTypes): Kind {
  const [type, alias] = named(asked, types);
  const options = { ...given, ...alias };
  const { version = '' } = options;
  const { versions } = typeIn(types, type) ?? {};
  if (!versions && version !== '') throw secretVersionRefused(type);
  if (versions && version !== '' && !versions.includes(version)) throw invalidVersion(version);
  return { type, options };
}

/** The type that a name stands for, and the options that come with the name. */
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

/** Vault takes an unclean path as it is; here it is refused, since nothing could ever reach the mount. */
function checkPath(path: string, table: Table): void {
  if (table === 'mount' && protectedSegment(path)) throw protectedMount(path);
  const cleaned = cleanPath(path);
  if (path !== cleaned) throw uncleanPath(path, cleaned);
  const why = oversize(treePath(path, table));
  if (why) throw oversizePath(why);
}

function checkType(type: string, table: Table, types: MountTypes): void {
  if (table === 'auth' && ['token', 'ns_token'].includes(type)) throw tokenNotEnablable();
  if (BUILTIN_TYPES.includes(type)) throw notMountable(type);
  if (typeIn(types, type)?.kind !== (table === 'mount' ? 'secret' : 'auth')) throw unknownType(type);
}
