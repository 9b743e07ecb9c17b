/** What the headers of a request say: the namespace it is about, and the token it brings. */

import { posix } from 'node:path';

/**
 * The namespace that a header names, with a trailing slash; empty for the root namespace. Tidied as Go's `path.Clean`
 * does it: what climbs out of the root is left so, and names no namespace.
 */
export function headerNamespace(header = ''): string {
  const path = posix.normalize(`${header.trim().replace(/^\/+/, '')}/`);
  return ['/', './', 'root/'].includes(path) ? '' : path;
}

/** The token of a request; `X-Vault-Token` goes before `Authorization` (contract §2.3). */
export function tokenIn(headers: Record<string, string>): string | undefined {
  const own = headers['x-vault-token'];
  if (own) return own;
  const authorization = headers.authorization;
  return authorization?.startsWith('Bearer ') ? authorization.slice('Bearer '.length).trim() : undefined;
}
