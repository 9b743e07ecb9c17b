/** The routes of leases: look up, list, renew, revoke (contract §7). */

import { goQuote, refusal, unsupportedOperation, type VaultError, wrapped } from '../http/errors.ts';
import type { Schema } from '../http/fields.ts';
import { requireSudo } from '../http/guards.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { KEYS, type Keys, Meant, type Shape, type Wire } from '../http/shape.ts';
import { BULK_WORK_SHARE } from '../limits.ts';
import { listDescendants } from '../tree/findNamespace.ts';
import { isUnlocked } from '../tree/namespace.ts';
import { unfinished } from './errors.ts';
import {
  cutWarnings,
  findLeaseToRevoke,
  type IrrevocableListing,
  listIrrevocableLeases,
  listLeases,
  usableLease,
} from './findLeases.ts';
import { lastLeaseGrant } from './lease.ts';
import { renewLease } from './renew.ts';
import { revokeLeaseItems, revokePrefix } from './revoke.ts';
import { nothingToTidy } from './tidy.ts';
import { secondsLeft } from './ttl.ts';

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

const IRREVOCABLE_FIELDS = { type: 'string', include_child_namespaces: 'bool' } as const;
const NUMBER_TEXT = new Meant('string', { spellings: (text) => [Number(text)] });
const LIST_FIELDS = { ...IRREVOCABLE_FIELDS, limit: NUMBER_TEXT } as const;

const COUNTS = { lease_count: 'int', counts: { '*': 'int' } } as const satisfies Shape;

const IRREVOCABLE = {
  lease_count: 'int',
  leases: [{ lease_id: 'string', mount_id: 'string', error: 'string' }],
} as const satisfies Shape;

/** The older paths without `leases/` are those of Vault; OpenBao no longer has them. */
const BASES = ['sys/leases/', 'sys/'];

export const leaseRoutes: readonly Route[] = [
  route({
    path: 'sys/leases/lookup/:prefix*',
    fields: { lease_id: 'string' },
    answers: { write: LEASE, list: KEYS },
    write: (call) => lookUp(call, call.fields.lease_id),
    list,
  }),
  route({ path: 'sys/leases/tidy', write: nothingToTidy }),
  route({
    path: 'sys/leases/count',
    fields: IRREVOCABLE_FIELDS,
    query: ['type', 'include_child_namespaces'],
    answers: { read: COUNTS },
    read: countIrrevocable,
  }),
  route({
    path: 'sys/leases',
    sudo: true,
    fields: LIST_FIELDS,
    query: ['type', 'include_child_namespaces', 'limit'],
    answers: { read: IRREVOCABLE },
    read: showIrrevocable,
  }),
  ...BASES.flatMap((base) => [
    ...['renew', 'renew/:id+'].map((path) =>
      route({ path: base + path, fields: RENEW_FIELDS, answers: { write: null }, write: renew }),
    ),
    ...['revoke', 'revoke/:id+'].map((path) =>
      route({ path: base + path, fields: REVOKE_FIELDS, write: revoke }),
    ),
    route({
      path: `${base}revoke-prefix/:prefix+`,
      sudo: true,
      fields: SYNC_FIELD,
      write: async (call) => {
        await revokeBelow(call, false);
        return revoked(call.fields.sync);
      },
    }),
    route({ path: `${base}revoke-force/:prefix+`, sudo: true, write: (call) => revokeBelow(call, true) }),
  ]),
];

async function lookUp(call: Call, id: string | undefined): Promise<Reply<Wire<typeof LEASE>>> {
  if (call.params.prefix) throw unsupportedOperation();
  if (!id) throw leaseIdMissing();
  const found = await usableLease(call.deps, id, call.namespace);
  // Unknown, expired and revoked leases get the same answer.
  if (!found) throw refusal('invalid lease');
  const { lease, namespace } = found;
  return {
    data: {
      id,
      issue_time: new Date(lease.issuedAt).toISOString(),
      expire_time: new Date(lease.expiresAt).toISOString(),
      last_renewal: lease.renewedAt === undefined ? null : new Date(lease.renewedAt).toISOString(),
      renewable: lease.renewable,
      ttl: secondsLeft(lease.expiresAt, call.deps.clock.now()),
      path: id.slice(0, id.lastIndexOf('/')),
      ...(namespace.path ? { namespace_path: namespace.path } : {}),
    },
  };
}

/** By the accessor of the mount that issued them. As in Vault, other types of leases are not counted: 404. */
async function countIrrevocable(
  call: Call<typeof IRREVOCABLE_FIELDS>,
): Promise<Reply<Wire<typeof COUNTS>> | undefined> {
  if (call.fields.type !== 'irrevocable') return undefined;
  const { leases, isTruncated } = await findIrrevocable(call);
  const counts: Record<string, number> = {};
  for (const { mount_id } of leases) counts[mount_id] = (counts[mount_id] ?? 0) + 1;
  return { data: { lease_count: leases.length, counts }, warnings: cutWarnings(isTruncated) };
}

async function showIrrevocable(
  call: Call<typeof LIST_FIELDS>,
): Promise<Reply<Wire<typeof IRREVOCABLE>> | undefined> {
  if (call.fields.type !== 'irrevocable') return undefined;
  const limit = limitOf(call.fields);
  const { leases, isTruncated } = await findIrrevocable(call);
  const shown = leases.slice(0, limit);
  const warnings = shown.length < leases.length ? [MORE_IRREVOCABLE] : cutWarnings(isTruncated);
  return { data: { lease_count: shown.length, leases: shown }, warnings };
}

const MORE_IRREVOCABLE =
  'Command halted because many irrevocable leases were found. To emit the entire list, re-run the command with force set true.';

/**
 * @returns how many leases to show; nothing for all
 * @throws VaultError 400 with the words of Go
 */
function limitOf({ limit }: { limit?: string | undefined }): number | undefined {
  if (!limit || limit === 'none') return undefined;
  if (!/^[+-]?\d+$/.test(limit)) throw badLimit(limit, 'invalid syntax');
  if (!Number.isSafeInteger(Number(limit))) throw badLimit(limit, 'value out of range');
  if (Number(limit) < 1) throw wrapped(400, "limit must be 'none' or a positive integer");
  return Number(limit);
}

function badLimit(limit: string, why: string): VaultError {
  return wrapped(400, `invalid 'limit' provided: strconv.Atoi: parsing ${goQuote(limit)}: ${why}`);
}

async function findIrrevocable({
  deps,
  namespace,
  fields,
}: Call<typeof IRREVOCABLE_FIELDS>): Promise<IrrevocableListing> {
  const below = fields.include_child_namespaces ? await listDescendants(deps.store, namespace) : [];
  return listIrrevocableLeases(deps, [namespace, ...below.filter(isUnlocked)]);
}

async function list(call: Call<Schema>): Promise<Reply<Keys> | undefined> {
  requireSudo(call);
  const { prefix = '' } = call.params;
  const path = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
  const { keys, isTruncated } = await listLeases(call.deps, call.namespace, path);
  if (keys.length === 0) return undefined;
  return {
    data: { keys },
    warnings: cutWarnings(isTruncated),
  };
}

async function renew(call: Call<typeof RENEW_FIELDS>): Promise<Reply> {
  const { deps, types, namespace, fields } = call;
  const id = leaseIdOf(call);
  const { lease, warnings } = await renewLease(deps, types, id, namespace, fields.increment ?? 0);
  const leaseDuration = lastLeaseGrant(lease);
  return { leaseId: lease.id, renewable: lease.renewable, leaseDuration, warnings };
}

async function revoke(call: Call<typeof REVOKE_FIELDS>): Promise<Reply> {
  const { deps, namespace, fields } = call;
  const id = leaseIdOf(call);
  const found = await findLeaseToRevoke(deps, id, namespace);
  if (found) await revokeLeaseItems(deps.store, [found.item]);
  return revoked(fields.sync);
}

/**
 * The id in the path or in the body. Policies have judged the path, so a body may not name another lease.
 * @throws VaultError 400
 */
function leaseIdOf({ fields, params }: Pick<Call<{ lease_id: 'string' }>, 'fields' | 'params'>): string {
  const id = fields.lease_id || params.id;
  if (!id) throw leaseIdMissing();
  if (params.id && id !== params.id) throw refusal('lease_id is not the lease in the path');
  return id;
}

/**
 * Revokes one lease if the path is its id, or else all leases below the path. Leases of child namespaces are not
 * revoked.
 */
async function revokeBelow(call: Call, force: boolean): Promise<void> {
  const { deps, namespace, params } = call;
  const { prefix = '' } = params;
  const one = await findLeaseToRevoke(deps, prefix, namespace);
  if (one?.namespace.id === namespace.id) return revokeLeaseItems(deps.store, [one.item], force);
  const until = deps.clock.now() + deps.settings.requestLifeMs * BULK_WORK_SHARE;
  if (!(await revokePrefix(deps, { namespace, path: `${prefix}/`, force, until })))
    throw unfinished('not every lease is revoked yet');
}

/**
 * The status is 202 where `sync` is false, so that the client need not wait. The work is done all the same, because no
 * write here outlives its invocation (architecture §4).
 */
function revoked(sync: boolean | undefined): Reply {
  return { status: sync === false ? 202 : 204 };
}

function leaseIdMissing(): VaultError {
  return refusal('lease_id must be specified');
}
