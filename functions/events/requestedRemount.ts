/**
 * A remount that is asked for by an event, of one mount or in bulk: judged by policies that were named at deployment, as
 * they are written in the namespace now, and started once however often the event comes (architecture §8).
 */

import { BODY_FIELDS, startFromBody } from '../bulk/startFromBody.ts';
import { authorizeDelegate } from '../credentials/delegated.ts';
import { readFields, type Schema, unknownFields } from '../http/fields.ts';
import type { Deps } from '../ports/deps.ts';
import { eventKey, type Idempotency, readIdempotency } from '../remount/idempotency.ts';
import type { Origin } from '../remount/request.ts';
import { startRemount } from '../remount/startRemount.ts';
import { namespaceByPath } from '../tree/namespaceByPath.ts';
import { detailMissing, unknownField } from './errors.ts';

/** An event as EventBridge brings it. */
export interface RemountRequest {
  id: string;
  /** Of AWS, from which it was sent. */
  account: string;
  detail: unknown;
}

/** What an event has started. */
export type Requested = { migration_id: string } | { bulk_id: string };

type Asked = Record<string, unknown>;

/** An endpoint that events stand for. */
interface Endpoint {
  path: string;
  fields: Schema;
  start(deps: Deps, origin: Origin, asked: Asked, key: Idempotency): Promise<Requested>;
}

const MOVE_FIELDS = {
  from: 'string',
  to: 'string',
  reason: 'string',
  idempotency_key: 'string',
} as const satisfies Schema;

const MOVE: Endpoint = {
  path: 'sys/remount',
  fields: MOVE_FIELDS,
  async start(deps, origin, asked, key) {
    const { from, to, reason } = readFields(MOVE_FIELDS, asked);
    return { migration_id: (await startRemount(deps, origin, { from, to, reason }, key)).id };
  },
};

const BULK: Endpoint = {
  path: 'sys/remount/bulk',
  fields: BODY_FIELDS,
  async start(deps, origin, asked, key) {
    return { bulk_id: (await startFromBody(deps, origin, asked, key)).id };
  },
};

/**
 * @param policies by name, of the namespace that the event names; none allows nothing, nor does `root`
 * @throws VaultError what the endpoint would refuse; the event is then tried again, since events come in no order, and
 *   what it needs may be on its way
 */
export async function startRequested(
  deps: Deps,
  { id: eventId, account, detail }: RemountRequest,
  policies: readonly string[],
): Promise<Requested> {
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) throw detailMissing();
  const { namespace: typed, ...asked } = detail as Asked;
  const { path, fields, start } = 'moves' in asked || 'rules' in asked || 'csv' in asked ? BULK : MOVE;
  const [unknown] = unknownFields(fields, asked);
  if (unknown !== undefined) throw unknownField(unknown);
  const { namespace: named } = readFields({ namespace: 'string' }, { namespace: typed });
  const namespace = await namespaceByPath(deps.store, named);
  const written = policies.filter((name) => name !== 'root');
  await authorizeDelegate(deps, namespace, written, { namespace, path, fields: asked });
  const key = readIdempotency({ namespace, path, headers: {}, raw: asked }) ?? eventKey(eventId, path, asked);
  const requestedBy = { displayName: 'event', accessor: '', namespace: namespace.path };
  const requested = await start(deps, { namespace, requestedBy }, asked, key);
  deps.log.info('requested by an event', {
    event_id: eventId,
    account,
    namespace: namespace.path,
    ...requested,
  });
  return requested;
}
