/** What the record of a migration has besides when a cluster moves the mount (architecture §11). Pure. */

import { refusal } from '../http/errors.ts';
import type { Fields, Schema } from '../http/fields.ts';
import {
  DEFAULT_DRAIN_CONCURRENCY,
  DEFAULT_MAX_REFUSAL_S,
  MAX_DRAIN_CONCURRENCY,
  MAX_REFUSAL_S,
} from '../limits.ts';
import type { MountEntry } from '../ports/cluster.ts';
import type { ChangedPolicy } from './policyOrder.ts';

/** The fields of a request that only a cluster's mounts have. */
export const CLUSTER_FIELDS = {
  on_revoke_error: 'string',
  drain_concurrency: 'int',
  max_refusal_s: 'int',
  allow_copy: 'bool',
  stale_nodes: 'string',
  refresh_nodes: 'string',
} as const satisfies Schema;

/** How a migration on a cluster is carried out. */
export interface ClusterOptions {
  /** What to do with a lease that cannot be revoked: fail the migration, or drop the lease from the cluster. */
  onRevokeError: 'fail' | 'force';
  /** How many leases are revoked at the same time. */
  drainConcurrency: number;
  /** Seconds for which the move may make the cluster refuse requests to the mount. */
  maxRefusalS: number;
  /** Whether the cluster may copy the keys of the mount, as it does for a move into another namespace. */
  allowCopy: boolean;
  /** What to do while a node has not seen the move: wait, or report it and succeed. */
  staleNodes: 'wait' | 'report';
  /** Whether the active node may be made to step down until every node has seen the move. */
  refreshNodes: boolean;
}

/** What a cluster knows of a move, in the record of the migration. */
export interface OnCluster {
  /** The mount's entry in the table of the cluster when the migration was accepted. */
  entry: MountEntry;
  options: ClusterOptions;
  /** Drains that were begun. */
  rounds: number;
  /** The leases that were found first, if they could be counted. */
  leasesFound?: number;
  /** Whether one lease of each role was revoked, before the rest is touched. */
  isCanaryPassed?: boolean;
  /** Milliseconds of one revocation, by the canary. */
  revokeMs?: number;
  /** Posts of the move; the intent is written before each of them. */
  posts: number;
  /** When the latest intent was written, in epoch milliseconds. */
  postedAt?: number;
  /** The id that the cluster gave to the latest post; absent if its answer was lost. */
  clusterId?: string;
  /** Why the cluster refused the latest post. */
  refused?: string;
  /** Where the mount was seen in the latest looks, how often in a row, and since when, in epoch milliseconds. */
  seen?: { placement: string; times: number; since: number };
  /** Why the migration does not go on, and since when, in epoch milliseconds. */
  waiting?: { why: string; since: number };
  /** The lease that the latest drain could not revoke. */
  refusedLease?: RefusedLease;
  /** Number and digest of the names of the keys before a copy, where they can be listed. */
  keys?: { count: number; digest: string };
  isReloaded?: boolean;
  /** What was found to be different at the target. */
  warnings: string[];
  /** What was done with policies so far. */
  policies?: PolicyWork;
  /** The nodes of the cluster, and whether they have seen the move. */
  nodes?: NodeState[];
  /** How often the active node was made to give up its role. */
  stepDowns?: number;
}

/** A lease that a cluster did not revoke, for those who may list the leases of the mount: it names a role or a user. */
export interface RefusedLease {
  leaseId: string;
  /** The words of the cluster, which often are those of the engine. */
  reason: string;
}

/** Policies while a migration changes them one after the other. */
export interface PolicyWork {
  /** Those that have rules for the target beside those for the source, and what takes these back. */
  added: ChangedPolicy[];
  /** The latest write that was begun and is not recorded yet. */
  writing?: BegunWrite;
}

/** A write of a policy of a cluster that may have been made. */
export interface BegunWrite {
  /** SHA-256 of the text before it. */
  before: string;
  /** The policy after it. */
  after: ChangedPolicy;
}

export interface NodeState {
  address: string;
  state: 'unasked' | 'current' | 'stale' | 'unreachable';
}

export const DEFAULT_CLUSTER_OPTIONS: ClusterOptions = {
  onRevokeError: 'fail',
  drainConcurrency: DEFAULT_DRAIN_CONCURRENCY,
  maxRefusalS: DEFAULT_MAX_REFUSAL_S,
  allowCopy: false,
  staleNodes: 'wait',
  refreshNodes: false,
};

/**
 * Reads the options of a request.
 * @param defaults for the fields that are not given
 * @throws VaultError 400 for a value that is out of range
 */
export function readClusterOptions(
  fields: Fields<typeof CLUSTER_FIELDS>,
  defaults = DEFAULT_CLUSTER_OPTIONS,
): ClusterOptions {
  const drainConcurrency = fields.drain_concurrency ?? defaults.drainConcurrency;
  const maxRefusalS = fields.max_refusal_s ?? defaults.maxRefusalS;
  if (drainConcurrency < 1 || drainConcurrency > MAX_DRAIN_CONCURRENCY)
    throw refusal(`drain_concurrency is a number from 1 to ${MAX_DRAIN_CONCURRENCY}`);
  if (maxRefusalS < 0 || maxRefusalS > MAX_REFUSAL_S)
    throw refusal(`max_refusal_s is a number from 0 to ${MAX_REFUSAL_S}`);
  return {
    onRevokeError:
      oneOf('on_revoke_error', fields.on_revoke_error, ['fail', 'force']) ?? defaults.onRevokeError,
    drainConcurrency,
    maxRefusalS,
    allowCopy: fields.allow_copy ?? defaults.allowCopy,
    staleNodes: oneOf('stale_nodes', fields.stale_nodes, ['wait', 'report']) ?? defaults.staleNodes,
    refreshNodes: fields.refresh_nodes
      ? oneOf('refresh_nodes', fields.refresh_nodes, ['none', 'step-down']) === 'step-down'
      : defaults.refreshNodes,
  };
}

/** @throws VaultError 400 for the options of a cluster where the service has the mounts itself */
export function refuseClusterFields(fields: Fields<typeof CLUSTER_FIELDS>): void {
  const given = Object.keys(CLUSTER_FIELDS).find((name) => fields[name as keyof typeof fields] !== undefined);
  if (given !== undefined) throw refusal(`${given} has a meaning only for the mounts of a cluster`);
}

/** @returns the value; nothing if none is given */
function oneOf<Value extends string>(
  field: string,
  given: string | undefined,
  allowed: readonly [Value, ...Value[]],
): Value | undefined {
  if (!given) return undefined;
  const value = allowed.find((one) => one === given);
  if (value === undefined) throw refusal(`${field} is one of ${allowed.map((one) => `"${one}"`).join(', ')}`);
  return value;
}
