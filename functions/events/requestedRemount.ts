/**
 * Starts a remount that an event requests, of one mount or in bulk (architecture §8). The policies are named at
 * deployment and read in the namespace of the request, with the text they have now. EventBridge may deliver an event
 * twice; the remount is started once.
 */

import { RUN_BODY_FIELDS, RUNS_PATH, sentRun } from '../bulk/readRunRequest.ts';
import { startRunFromBody } from '../bulk/startRun.ts';
import { authorizeDelegate } from '../credentials/delegated.ts';
import { refusal } from '../http/errors.ts';
import { readFields, type Schema, unknownFields } from '../http/fields.ts';
import { unknownField } from '../http/strangeFields.ts';
import type { SentFields } from '../policies/parameters.ts';
import type { Deps } from '../ports/deps.ts';
import { eventKey, type Idempotency, readIdempotency } from '../remount/idempotency.ts';
import type { Origin } from '../remount/request.ts';
import { MOVE_FIELDS, startRemount } from '../remount/startRemount.ts';
import { namespaceByPath } from '../tree/findNamespace.ts';

/** An event as EventBridge delivers it. */
export interface RemountEvent {
  id: string;
  /** The AWS account of the sender. */
  account: string;
  detail: unknown;
}

/** What an event has started. */
export type Requested = { migration_id: string } | { bulk_id: string };

type Asked = Record<string, unknown>;

/** An endpoint that an event can request. */
interface Endpoint {
  path: string;
  fields: Schema;
  /** The fields of a request, as policies judge them. */
  sent(asked: Asked): SentFields;
  start(deps: Deps, origin: Origin, asked: Asked, key: Idempotency): Promise<Requested>;
}

const FIELDS = { ...MOVE_FIELDS, idempotency_key: 'string' } as const;

const MOVE: Endpoint = {
  path: 'sys/remount',
  fields: FIELDS,
  sent: (asked) => ({ parameters: asked, fields: FIELDS }),
  async start(deps, origin, asked, key) {
    return { migration_id: (await startRemount(deps, origin, readFields(MOVE_FIELDS, asked), key)).id };
  },
};

const BULK: Endpoint = {
  path: RUNS_PATH,
  fields: RUN_BODY_FIELDS,
  sent: sentRun,
  async start(deps, origin, asked, key) {
    return { bulk_id: (await startRunFromBody(deps, origin, asked, key)).id };
  },
};

/**
 * @param policies names of policies in the namespace of the request; an empty list allows nothing, nor does `root`
 * @throws VaultError for what the endpoint would refuse. The caller retries: events come in no order, so what the request
 *   needs may not exist yet
 */
export async function startRequested(
  deps: Deps,
  { id: eventId, account, detail }: RemountEvent,
  policies: readonly string[],
): Promise<Requested> {
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail))
    throw refusal('the detail of a request must be a JSON object');
  const { namespace: typed, ...asked } = detail as Asked;
  const { path, fields, sent, start } = 'moves' in asked || 'rules' in asked || 'csv' in asked ? BULK : MOVE;
  const [unknown] = unknownFields(fields, asked);
  // A misspelt field would change the request: without `namespace`, the paths are those of the root namespace.
  if (unknown !== undefined) throw unknownField(fields, unknown, ' in the detail of a request');
  const { namespace: namespacePath } = readFields({ namespace: 'string' }, { namespace: typed });
  const namespace = await namespaceByPath(deps.store, namespacePath);
  const named = policies.filter((name) => name !== 'root');
  const request = { namespace, path, ...sent(asked) };
  const acl = await authorizeDelegate(deps, namespace, named, request);
  const key = readIdempotency({ namespace, path, headers: {}, raw: asked }) ?? eventKey(eventId, path, asked);
  const requestedBy = { displayName: 'event', accessor: '', namespace: namespace.path };
  const requested = await start(deps, { namespace, requestedBy, judges: { acl } }, asked, key);
  deps.log.info('requested by an event', {
    event_id: eventId,
    account,
    namespace: namespace.path,
    ...requested,
  });
  return requested;
}
