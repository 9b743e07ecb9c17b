/** Where the status of a migration or of a bulk run is found, for a client that follows headers. */

import { headerNamespace } from '../http/message.ts';
import type { Call } from '../http/route.ts';
import { STATUS_RETRY_AFTER_S } from '../limits.ts';

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
  return { Location, 'Retry-After': String(STATUS_RETRY_AFTER_S) };
}
