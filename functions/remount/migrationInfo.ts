/** Turns the record of a migration into the `migration_info` that clients see (contract §1.5). Pure. */

import { sha256 } from '../store/keys.ts';
import { isAuthPath } from '../tree/path.ts';
import type { MigrationInfo, PolicyInfo } from './answers.ts';
import type { ClusterInfo } from './clusterInfo.ts';
import { leasesGone, leasesTotal } from './leaseProgress.ts';
import { mayKnowLease } from './leaseRights.ts';
import { fullPath, type Migration } from './migration.ts';
import type { OnCluster } from './onCluster.ts';
import type { PolicyOrder, PolicyOutcome } from './policyOrder.ts';
import { byRight, countByNamespace, ownRights } from './policyRights.ts';
import { mayKnow, type Reader, requesterInfo } from './requesterInfo.ts';

/** A field without a value is `null`. */
export function migrationInfo(migration: Migration, reader: Reader): MigrationInfo {
  const { source, target, status, error, requestedBy } = migration;
  return {
    source_mount: fullPath(source),
    target_mount: fullPath(target),
    source_namespace: source.namespacePath,
    target_namespace: target.namespacePath,
    status,
    phase: phaseOf(migration),
    revokes: isAuthPath(source.path) ? 'tokens' : 'leases',
    progress: progressOf(migration),
    error: errorInfo(error),
    created_time: new Date(migration.acceptedAt).toISOString(),
    switched_time: timeOf(migration.switchedAt),
    finished_time: timeOf(migration.finishedAt),
    requested_by: requesterInfo(requestedBy, reader),
    reason: migration.reason ?? null,
    undo_of: migration.undoOf ?? null,
    bulk_id: migration.bulkId ?? null,
    ...(migration.policies && { policies: policyInfo(migration.policies, outcomeNow(migration), reader) }),
    ...(migration.aliasTtlS !== undefined && { alias: aliasInfo(migration.aliasTtlS, migration) }),
    ...(migration.cluster && { cluster: clusterInfo(migration.cluster, migration, reader) }),
  };
}

/** Also while a migration on a cluster changes one policy after the other. */
function outcomeNow({ policyOutcome, cluster }: Migration): PolicyOutcome {
  const { changed = [], left = [] } = policyOutcome ?? {};
  return { changed: [...changed, ...(cluster?.policies?.added ?? [])], left };
}

/** Names are for those who may read the policies. Of namespaces above that of the token, nothing is told (R10). */
export function policyInfo(
  { mode }: Pick<PolicyOrder, 'mode'>,
  outcome: PolicyOutcome,
  reader: Reader,
): PolicyInfo {
  const rights = ownRights(reader.acl);
  const isBelow = ({ namespacePath }: { namespacePath: string }) => mayKnow(reader, namespacePath);
  const [changed, hiddenChanged] = byRight(outcome.changed.filter(isBelow), rights);
  const [left, hiddenLeft] = byRight(outcome.left.filter(isBelow), rights);
  return {
    mode,
    changed: changed.map(({ namespacePath: namespace, name: policy, version }) => {
      return { namespace, policy, version };
    }),
    left: left.map(({ namespacePath: namespace, name: policy, reason }) => ({ namespace, policy, reason })),
    hidden: countByNamespace([...hiddenChanged, ...hiddenLeft]),
  };
}

function aliasInfo(
  ttl: number,
  { aliasUntil, aliasUsedAt, aliasEndedAt }: Migration,
): NonNullable<MigrationInfo['alias']> {
  return {
    ttl,
    end_time: timeOf(aliasUntil),
    last_used_time: timeOf(aliasUsedAt),
    ended_time: timeOf(aliasEndedAt),
  };
}

function clusterInfo(
  { entry, clusterId, rounds, posts, waiting, refusedLease, warnings, nodes }: OnCluster,
  { source }: Pick<Migration, 'source'>,
  reader: Reader,
): ClusterInfo {
  // Where it was issued and above, as the leases that are irrevocable.
  const home = source.namespacePath;
  const isTold =
    refusedLease && mayKnow(reader, home) && mayKnowLease(reader.acl, home, refusedLease.leaseId);
  return {
    accessor: entry.accessor,
    migration_id: clusterId ?? null,
    drains: rounds,
    posts,
    waiting_for: waiting ? waiting.why : null,
    waiting_since: timeOf(waiting?.since),
    refused_lease: isTold ? { lease_id: refusedLease.leaseId, reason: refusedLease.reason } : null,
    warnings,
    nodes: (nodes ?? []).map(({ address, state }) => ({ address, state })),
  };
}

function progressOf(migration: Migration): MigrationInfo['progress'] {
  return {
    leases_total: leasesTotal(migration) ?? null,
    leases_revoked: leasesGone(migration),
    leases_irrevocable: migration.leasesIrrevocable,
  };
}

/** Puts the fields in a fixed order, because the store keeps none and an entity tag depends on it. */
export function errorInfo(error: { code: string; message: string } | undefined): MigrationInfo['error'] {
  return error ? { code: error.code, message: error.message } : null;
}

/** A strong entity tag: it changes whenever a field changes. */
export function etagOf(info: object): string {
  return `"${sha256(JSON.stringify(info)).slice(0, 32)}"`;
}

function phaseOf({ phase, revoking }: Migration): MigrationInfo['phase'] {
  return phase === 'switched' && revoking ? 'revoking' : phase;
}

function timeOf(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
