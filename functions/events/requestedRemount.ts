/**
 * A remount that is asked for by an event: judged by policies that were named at deployment, as they are written in the
 * namespace now, and started once however often the event comes (design §8).
 */

import { readFields, unknownFields } from '../http/fields.ts';
import { namespaceByPath } from '../namespaces/namespaceByPath.ts';
import { authorizeDelegate } from '../policies/delegated.ts';
import type { Deps } from '../ports/deps.ts';
import { eventKey, readIdempotency } from '../remount/idempotency.ts';
import type { Origin } from '../remount/origin.ts';
import { startRemount } from '../remount/startRemount.ts';
import { detailMissing, unknownField } from './errors.ts';

/** An event as EventBridge brings it. */
export interface RemountRequest {
  id: string;
  /** Of AWS, from which it was sent. */
  account: string;
  detail: unknown;
}

const FIELDS = {
  from: 'string',
  to: 'string',
  namespace: 'string',
  reason: 'string',
  idempotency_key: 'string',
} as const;

/** The endpoint that the event stands for. */
const PATH = 'sys/remount';

/**
 * @param policies by name, of the namespace that the event names; none allows nothing
 * @returns the id of the migration
 * @throws VaultError what the endpoint would refuse; the event is then tried again, since events come in no order, and
 *   what it needs may be on its way
 */
export async function startRequested(
  deps: Deps,
  { id: eventId, account, detail }: RemountRequest,
  policies: readonly string[],
): Promise<{ migration_id: string }> {
  const { namespace: typed, ...asked } = objectOf(detail);
  const fields = readFields(FIELDS, { ...asked, namespace: typed });
  const namespace = await namespaceByPath(deps.store, fields.namespace);
  await authorizeDelegate(deps, namespace, policies, { namespace, path: PATH, fields: asked });
  const key =
    readIdempotency({ namespace, path: PATH, headers: {}, raw: asked }) ?? eventKey(eventId, PATH, asked);
  const requestedBy = { displayName: 'event', accessor: '', namespace: namespace.path };
  const origin: Origin = { namespace, requestedBy };
  const { from, to, reason } = fields;
  const { id, isReplay } = await startRemount(deps, origin, { from, to, reason }, key);
  const facts = {
    event_id: eventId,
    account,
    namespace: namespace.path,
    migration_id: id,
    is_replay: isReplay,
  };
  deps.log.info('requested by an event', facts);
  return { migration_id: id };
}

function objectOf(detail: unknown): Record<string, unknown> {
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) throw detailMissing();
  const [unknown] = unknownFields(FIELDS, detail as Record<string, unknown>);
  if (unknown !== undefined) throw unknownField(unknown);
  return detail as Record<string, unknown>;
}
