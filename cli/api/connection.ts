/** Address, token and namespace of requests, from the options and from the environment variables of Vault's tools. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Options, Typed } from '../arguments.ts';
import { addressUnreadable, namespaceUnprintable, tokenMissing, tokenUnprintable } from '../errors.ts';
import { readProxy } from './proxy.ts';
import { readTls, type Tls } from './tls.ts';

export interface Connection {
  /** Without a trailing slash; the API starts at `/v1/` after it. */
  address: URL;
  token: string;
  /** As in the header; empty for the root namespace. */
  namespace: string;
  tls: Tls;
  /** Through which the requests go. */
  proxy: URL | undefined;
}

export const CONNECTION_OPTIONS = {
  address: { value: 'URL', help: 'address of the service, instead of VAULT_ADDR' },
  namespace: { value: 'PATH', help: 'namespace of the requests, instead of VAULT_NAMESPACE' },
} as const satisfies Options;

/** As in Vault's own command line. */
const DEFAULT_ADDRESS = 'https://127.0.0.1:8200';

/** @throws CommandError if something is missing or cannot be read */
export function readConnection(typed: Typed, environment: NodeJS.ProcessEnv, home: string): Connection {
  const { VAULT_ADDR, VAULT_NAMESPACE } = environment;
  const chosen = typed.text('address');
  const setting = chosen === undefined ? 'VAULT_ADDR' : '--address';
  const address = readAddress(setting, chosen || VAULT_ADDR || DEFAULT_ADDRESS);
  return {
    address,
    token: readToken(environment, home),
    namespace: readNamespace(typed.text('namespace') ?? VAULT_NAMESPACE ?? ''),
    tls: readTls(environment),
    proxy: readProxy(address, environment),
  };
}

function readAddress(setting: string, text: string): URL {
  const trimmed = text.trim().replace(/\/+$/, '');
  if (!URL.canParse(trimmed)) throw addressUnreadable(setting);
  const address = new URL(trimmed);
  if (!/^https?:$/.test(address.protocol)) throw addressUnreadable(setting);
  return address;
}

/** @returns `''` or a path that ends in a slash */
function readNamespace(text: string): string {
  const path = text.trim().replace(/^\/+|\/+$/g, '');
  if (/\p{Cc}/u.test(path)) throw namespaceUnprintable();
  return path && `${path}/`;
}

/** From the environment, or from the file that `vault login` writes. */
function readToken({ VAULT_TOKEN }: NodeJS.ProcessEnv, home: string): string {
  const token = (VAULT_TOKEN || readTokenFile(join(home, '.vault-token'))).trim();
  if (token === '') throw tokenMissing();
  if (/[^\x21-\x7e]/.test(token)) throw tokenUnprintable();
  return token;
}

function readTokenFile(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
