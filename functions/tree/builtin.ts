/** The four mounts that every namespace is created with, derived from its id. Only their tuned settings are stored. */

import { ABSENT, type Item, type Write } from '../ports/store.ts';
import { builtinKey, sha256 } from '../store/keys.ts';
import { record } from '../store/record.ts';
import type { Issuer } from './generation.ts';
import type { Mount, MountConfig } from './mount.ts';
import type { Namespace } from './namespace.ts';

/** A built-in mount has no options until they are tuned; listings show that as `null` (contract §3.1). */
export interface BuiltinMount extends Omit<Mount, 'options'> {
  options: Record<string, string> | null;
}

const CONFIG: MountConfig = { defaultLeaseTtl: 0, maxLeaseTtl: 0, forceNoCache: false };

interface Builtin {
  path: string;
  type: string;
  description: string;
  /** Shown as OpenBao has it; there is no seal here, and no header reaches an engine. */
  sealWrap?: boolean;
  passthroughRequestHeaders?: string[];
}

const BUILTINS: readonly Builtin[] = [
  {
    path: 'sys/',
    type: 'system',
    description: 'system endpoints used for control, policy and debugging',
    sealWrap: true,
    passthroughRequestHeaders: ['Accept'],
  },
  {
    path: 'identity/',
    type: 'identity',
    description: 'identity store',
    passthroughRequestHeaders: ['Authorization'],
  },
  { path: 'cubbyhole/', type: 'cubbyhole', description: 'per-token private secret storage' },
  { path: 'auth/token/', type: 'token', description: 'token based credentials' },
];

export const TOKEN_PATH = 'auth/token/';
const CUBBYHOLE_PATH = 'cubbyhole/';

/** The built-in mounts of a new namespace. */
export function builtinMounts({ id }: Pick<Namespace, 'id'>): BuiltinMount[] {
  const isRoot = id === 'root';
  return BUILTINS.map(({ path, type, description, sealWrap = false, passthroughRequestHeaders }) => {
    const isToken = path === TOKEN_PATH;
    return {
      namespaceId: id,
      path,
      uuid: uuidOf(id, path),
      accessor: `${isToken ? 'auth_' : ''}${type}_${fingerprint(id, path).slice(-8)}`,
      type: isRoot ? type : `ns_${type}`,
      description,
      config: {
        ...CONFIG,
        ...(isToken && { tokenType: isRoot ? 'default-service' : 'default' }),
        ...(passthroughRequestHeaders && { passthroughRequestHeaders }),
      },
      options: null,
      local: path === CUBBYHOLE_PATH,
      sealWrap,
      externalEntropyAccess: false,
      generation: 0,
      version: 0,
      issued: path !== 'identity/',
    };
  });
}

/** What tuning can change of a built-in mount. */
const TUNED = record<Pick<BuiltinMount, 'description' | 'config' | 'options' | 'version'>>();

/** The mount with the settings of an item that `tunedBuiltin` has written, if there is one. */
export function tunedAs(mount: BuiltinMount, item: Item | undefined): BuiltinMount {
  return { ...mount, ...TUNED.of(item) };
}

/** Stores the settings of a built-in mount, unless another tuning has stored some since the mount was read. */
export function tunedBuiltin(
  before: Pick<BuiltinMount, 'namespaceId' | 'path' | 'version'>,
  { description, config, options }: Pick<BuiltinMount, 'description' | 'config' | 'options'>,
): Write {
  const key = builtinKey(before.namespaceId, before.path);
  const put = TUNED.at(key, { description, config, options, version: before.version + 1 });
  return { put, if: before.version === 0 ? ABSENT : { version: before.version } };
}

/** A built-in mount as an issuer of tokens: it never moves, so its generation is always 0. */
export function builtinIssuer({ id }: Pick<Namespace, 'id'>, path: string): Issuer {
  return { mountUuid: uuidOf(id, path), generation: 0 };
}

/** The issuer of the tokens of `auth/token`. */
export function tokenIssuer(namespace: Pick<Namespace, 'id'>): Issuer {
  return builtinIssuer(namespace, TOKEN_PATH);
}

/** The uuid of the cubbyhole mount of a namespace. */
export function cubbyholeUuid({ id }: Pick<Namespace, 'id'>): string {
  return uuidOf(id, CUBBYHOLE_PATH);
}

/** A UUID of version 8, whose bits the application chooses (RFC 9562 §5.8). */
function uuidOf(namespaceId: string, path: string): string {
  const hex = fingerprint(namespaceId, path);
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`];
  return [...parts, hex.slice(20, 32)].join('-');
}

function fingerprint(namespaceId: string, path: string): string {
  return sha256(`builtin#${namespaceId}#${path}`);
}
