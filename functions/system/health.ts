/** Health, seal status and leader, which monitors and clients check before they use a server (contract §10). */

import { silent } from '../http/errors.ts';
import { requireRootNamespace } from '../http/guards.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import type { Shape, Wire } from '../http/shape.ts';
import { VAULT_VERSION } from '../http/version.ts';

/** The service as a whole. Vault has a random id here; this service has no place to store one. */
const CLUSTER = { cluster_name: 'remount', cluster_id: '' };

const CLUSTER_SHAPE = { cluster_name: 'string', cluster_id: 'string' } as const satisfies Shape;

const HEALTH_SHAPE = {
  initialized: 'bool',
  sealed: 'bool',
  standby: 'bool',
  performance_standby: 'bool',
  replication_performance_mode: 'string',
  replication_dr_mode: 'string',
  server_time_utc: 'int',
  version: 'string',
  ...CLUSTER_SHAPE,
} as const satisfies Shape;

const SEAL_STATUS_SHAPE = {
  type: 'string',
  initialized: 'bool',
  sealed: 'bool',
  t: 'int',
  n: 'int',
  progress: 'int',
  nonce: 'string',
  version: 'string',
  build_date: 'string',
  migration: 'bool',
  ...CLUSTER_SHAPE,
  recovery_seal: 'bool',
  storage_type: 'string',
} as const satisfies Shape;

const LEADER_SHAPE = {
  ha_enabled: 'bool',
  is_self: 'bool',
  leader_address: 'string',
  leader_cluster_address: 'string',
  performance_standby: 'bool',
} as const satisfies Shape;

/** A request may choose the statuses that it gets. Only the one of an active server is ever used here. */
const STATUS_PARAMETERS = ['activecode', 'standbycode', 'sealedcode', 'uninitcode'];

/** Open to everyone, without a read of the store: a function that answers is initialised, unsealed and active. */
export const healthRoutes: readonly Route[] = [
  route({
    path: 'sys/health',
    open: true,
    plain: true,
    freeForm: true,
    answers: { read: HEALTH_SHAPE },
    read: readHealth,
    head: readHealth,
  }),
  route({
    path: 'sys/seal-status',
    open: true,
    plain: true,
    answers: { read: SEAL_STATUS_SHAPE },
    read: async () => ({ plain: SEAL_STATUS }),
  }),
  route({
    path: 'sys/leader',
    open: true,
    plain: true,
    answers: { read: LEADER_SHAPE },
    read: async () => ({ plain: LEADER }),
  }),
  route({
    path: 'sys/init',
    open: true,
    plain: true,
    answers: { read: { initialized: 'bool' } },
    read: async (call) => {
      requireRootNamespace(call);
      return { plain: { initialized: true } };
    },
  }),
];

async function readHealth(call: Call): Promise<Reply<Wire<typeof HEALTH_SHAPE>>> {
  requireRootNamespace(call);
  return { status: statusAsked(call.query), plain: health(call.deps.clock.now()) };
}

/** @throws VaultError 400 for what is not a status */
function statusAsked(query: Record<string, string[]>): number {
  const asked = STATUS_PARAMETERS.map((name) => query[name]?.[0] || undefined);
  if (!asked.every((status) => status === undefined || /^[2-5]\d\d$/.test(status))) throw silent(400);
  return Number(asked[0] ?? 200);
}

/** @param now epoch milliseconds */
function health(now: number): Wire<typeof HEALTH_SHAPE> {
  return {
    initialized: true,
    sealed: false,
    standby: false,
    performance_standby: false,
    replication_performance_mode: 'disabled',
    replication_dr_mode: 'disabled',
    server_time_utc: Math.floor(now / 1_000),
    version: VAULT_VERSION,
    ...CLUSTER,
  };
}

const SEAL_STATUS: Wire<typeof SEAL_STATUS_SHAPE> = {
  type: 'shamir',
  initialized: true,
  sealed: false,
  t: 1,
  n: 1,
  progress: 0,
  nonce: '',
  version: VAULT_VERSION,
  build_date: '',
  migration: false,
  ...CLUSTER,
  recovery_seal: false,
  storage_type: 'dynamodb',
};

const LEADER: Wire<typeof LEADER_SHAPE> = {
  ha_enabled: false,
  is_self: false,
  leader_address: '',
  leader_cluster_address: '',
  performance_standby: false,
};
