/** Where the status of a migration or of a bulk run is found, for a client that follows headers. */

import { headerNamespace } from '../http/headers.ts';
import type { Call } from '../http/route.ts';

/** Seconds after which it is worth to look: most migrations have ended by then. */
const RETRY_AFTER_S = 1;

/**
 * The path for a request with the same namespace header as this one.
 * @param endpoint the path that ids are appended to
 */
export function statusLocation(
  { namespace, headers }: Pick<Call, 'namespace' | 'headers'>,
  id: string,
  endpoint = 'sys/remount/status',
): Record<string, string> {
  const inPath = namespace.path.slice(headerNamespace(headers['x-vault-namespace']).length);
  const Location = `/v1/${encodeURI(inPath)}${endpoint}/${id}`;
  return { Location, 'Retry-After': String(RETRY_AFTER_S) };
}
