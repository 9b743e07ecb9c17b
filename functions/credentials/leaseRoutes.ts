/** The routes of leases: look up, list, renew, revoke (contract §7). */

import { unsupportedOperation, unsupportedPath } from '../http/errors.ts';
import type { Schema } from '../http/fields.ts';
import { requireSudo } from '../http/guards.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { KEYS, type Keys, type Shape, type Wire } from '../http/shape.ts';
import { BULK_WORK_SHARE, MAX_LISTED_LEASES } from '../limits.ts';
import { findLease, usableLease } from './findLease.ts';
import { invalidLease, leaseIdMissing, revocationUnfinished } from './leaseErrors.ts';
import { listLeases } from './listLeases.ts';
import { renewLease } from './renewLease.ts';
import { revokeLeases, revokeUnder } from './revokeLeases.ts';

const TIDY_STARTED =
  "Tidy operation successfully started. Any information from the operation will be printed to OpenBao's server logs.";

const RENEW_FIELDS = { lease_id: 'string', increment: 'duration' } as const;
const REVOKE_FIELDS = { lease_id: 'string', sync: 'bool' } as const;
const SYNC_FIELD = { sync: 'bool' } as const;

const LEASE = {
  id: 'string',
  issue_time: 'string',
  expire_time: 'string',
  last_renewal: ['string', null],
  renewable: 'bool',
  ttl: 'duration',
  path: 'string',
  'namespace_path?': 'string',
} as const satisfies Shape;

/** Vault still takes the calls without `leases/`, under which they began. */
const BASES = ['sys/leases/', 'sys/'];

export const leaseRoutes: readonly Route[] = [
  route({
    path: 'sys/leases/lookup/:prefix*',
    fields: { lease_id: 'string' },
    answers: { write: LEASE, list: KEYS },
    write: (call) => lookUp(call, call.fields.lease_id),
    list,
  }),
  // Nothing to do: expired leases are refused wherever they are used, and the table drops them by itself.
  route({ path: 'sys/leases/tidy', write: async () => ({ status: 202, warnings: [TIDY_STARTED] }) }),
  ...BASES.flatMap((base) => [
    route({ path: `${base}renew/:id*`, fields: RENEW_FIELDS, answers: { write: null }, write: renew }),
    route({ path: `${base}revoke/:id*`, fields: REVOKE_FIELDS, write: revoke }),
    route({
      path: `${base}revoke-prefix/:prefix*`,
      sudo: true,
      fields: SYNC_FIELD,
      write: async (call) => {
        await revokePrefix(call, false);
        return queued(call.fields.sync);
      },
    }),
    route({ path: `${base}revoke-force/:prefix*`, sudo: true, write: (call) => revokePrefix(call, true) }),
  ]),
];

async function lookUp(call: Call, id: string | undefined): Promise<Reply<Wire<typeof LEASE>>> {
  if (call.params.prefix) throw unsupportedOperation();
  if (!id) throw leaseIdMissing();
  const found = await usableLease(call.deps, id, call.namespace);
  if (!found) throw invalidLease();
  const { lease, namespace } = found;
  const left = Math.round((lease.expiresAt - call.deps.clock.now()) / 1_000);
  return {
    data: {
      id,
      issue_time: new Date(lease.issuedAt).toISOString(),
      expire_time: new Date(lease.expiresAt).toISOString(),
      last_renewal: lease.renewedAt === undefined ? null : new Date(lease.renewedAt).toISOString(),
      renewable: lease.renewable,
      ttl: left,
      path: id.slice(0, id.lastIndexOf('/')),
      ...(namespace.path ? { namespace_path: namespace.path } : {}),
    },
  };
}

async function list(call: Call<Schema>): Promise<Reply<Keys> | undefined> {
  requireSudo(call);
  const { prefix = '' } = call.params;
  const path = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const { keys, isCut } = await listLeases(call.deps, call.namespace, path);
  if (keys.length === 0) return undefined;
  return { data: { keys }, warnings: isCut ? [`the listing ends after ${MAX_LISTED_LEASES} leases`] : [] };
}

async function renew({ deps, namespace, fields, params }: Call<typeof RENEW_FIELDS>): Promise<Reply> {
  const id = fields.lease_id || params.id;
  if (!id) throw leaseIdMissing();
  const { lease, warnings } = await renewLease(deps, id, namespace, fields.increment ?? 0);
  const leaseDuration = Math.round((lease.expiresAt - deps.clock.now()) / 1_000);
  return { leaseId: lease.id, renewable: lease.renewable, leaseDuration, warnings };
}

async function revoke({ deps, namespace, fields, params }: Call<typeof REVOKE_FIELDS>): Promise<Reply> {
  const id = fields.lease_id || params.id;
  if (!id) throw leaseIdMissing();
  const found = await findLease(deps, id, namespace);
  if (found) await revokeLeases(deps.store, [found.item]);
  return queued(fields.sync);
}

/** Only leases of the namespace asked in are meant, be the path that of one lease, or a beginning of many. */
async function revokePrefix(call: Call, force: boolean): Promise<void> {
  const { deps, namespace, params } = call;
  const { prefix } = params;
  if (!prefix) throw unsupportedPath();
  const one = await findLease(deps, prefix, namespace);
  if (one?.namespace.id === namespace.id) return revokeLeases(deps.store, [one.item], force);
  const until = deps.clock.now() + deps.settings.requestLifeMs * BULK_WORK_SHARE;
  if (!(await revokeUnder(deps, { namespace, path: `${prefix}/`, force, until })))
    throw revocationUnfinished();
}

/**
 * The status says that the work is queued, unless `sync` asked to wait for it. It is done by then either way: no
 * write outlives its invocation here (architecture §4), so there is no later at which it could be done.
 */
function queued(sync: boolean | undefined): Reply {
  return { status: sync ? 204 : 202 };
}
