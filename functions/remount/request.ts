/** What all requests about migrations have in common: who asks and where, a reason, and where the answer points to. */

import { refusal } from '../http/errors.ts';
import { headerNamespace } from '../http/message.ts';
import type { Call } from '../http/route.ts';
import { MAX_REASON_BYTES, STATUS_RETRY_AFTER_S } from '../limits.ts';
import type { Namespace } from '../tree/namespace.ts';
import type { Requester } from './migration.ts';
import type { Judges } from './policyRights.ts';

/** Who asks for a migration, and in which namespace. Requests, events and schedules each have one. */
export interface Origin {
  /** The paths of the move are relative to it. */
  namespace: Namespace;
  requestedBy: Requester;
  /** Who decides what the requester may do beyond the request itself; without them, nothing. */
  judges?: Judges;
}

/** The origin of a request: its namespace and its token. */
export function originOf({ namespace, caller }: Pick<Call, 'namespace' | 'caller'>): Origin {
  const token = caller?.token;
  const requestedBy = {
    displayName: token?.displayName ?? '',
    accessor: token?.accessor ?? '',
    namespace: token?.namespacePath ?? '',
  };
  return { namespace, requestedBy, ...(caller && { judges: caller }) };
}

/**
 * Reads the free text that a requester gives as the reason.
 * @throws VaultError 400 when it is too long
 */
export function readReason(reason: string | undefined): string | undefined {
  if (reason !== undefined && Buffer.byteLength(reason) > MAX_REASON_BYTES)
    throw refusal(`a reason is at most ${MAX_REASON_BYTES} bytes long`);
  return reason || undefined;
}

/** What a start created, or what an earlier request with the same idempotency key created. */
interface StartOutcome {
  id: string;
  isReplay: boolean;
}

/**
 * The headers of the answer to a start: where the status of the migration or bulk run is, for a client that sends the
 * same namespace header, and whether the request was repeated.
 * @param endpoint the path that the id is appended to
 */
export function startedHeaders(
  { namespace, headers, prefix }: Pick<Call, 'namespace' | 'headers' | 'prefix'>,
  { id, isReplay }: StartOutcome,
  endpoint = 'sys/remount/status',
): Record<string, string> {
  const inPath = namespace.path.slice(headerNamespace(headers['x-vault-namespace']).length);
  return {
    Location: `${prefix}/v1/${encodeURI(inPath)}${endpoint}/${id}`,
    'Retry-After': String(STATUS_RETRY_AFTER_S),
    ...(isReplay && { 'Idempotent-Replayed': 'true' }),
  };
}
