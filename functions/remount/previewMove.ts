/** Predicts what a move would do: the answer to `dry_run`. Changes nothing. */

import { countLive } from '../credentials/countLeases.ts';
import { BULK_WORK_SHARE, LEASE_SHARDS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { isAuthPath } from '../tree/path.ts';
import type { Preview } from './answers.ts';
import { mayKnowLease } from './leaseRights.ts';
import { crossesNamespaces, type Move } from './planMove.ts';
import { homesOfAliases, plannedAliases } from './plannedAliases.ts';
import type { Planner } from './plannedPolicies.ts';
import { countOnCluster, previewOnCluster } from './previewOnCluster.ts';
import type { ToldPolicies } from './tellPolicies.ts';

/** Measured on one machine (docs/limits.md). An estimate for people; nothing depends on it. */
const LEASES_A_SECOND = 1_500;
/** Of a database that takes 50 ms for each, with the default number at the same time. */
const CLUSTER_LEASES_A_SECOND = 300;
const PLAIN_MOVE_S = 1;
/** Transitions of the state machine: Switch, What is left. */
const PLAIN_TRANSITIONS = 2;
/** Also: How far, Revoke, Complete, How far, Wait, Close, Everything swept, Done, and three for each shard. */
const REVOKING_TRANSITIONS = 8 + 3 * LEASE_SHARDS;

/**
 * Counts leases for most of the time of the request, since a dry run has nothing else to do. It tells names of roles only to
 * whoever may list the leases.
 * @param policies what is told of policies
 * @param aliasTtlS seconds for which the source would go on answering; absent for none
 */
export async function previewMove(
  deps: Deps,
  move: Move,
  { namespace, judges }: Planner,
  policies: Promise<ToldPolicies>,
  aliasTtlS?: number,
): Promise<Preview> {
  const { mount, source, target } = move;
  const { cluster, clock, store } = deps;
  const until = clock.now() + deps.settings.requestLifeMs * BULK_WORK_SHARE;
  const [leases, told, onCluster, homes] = await Promise.all([
    cluster && mount.entry ? countOnCluster(cluster, clock, move, until) : countLive(deps, mount.uuid, until),
    policies,
    previewOnCluster(deps, move, until),
    homesOfAliases(store, [move], namespace),
  ]);
  const aliases = plannedAliases(move, homes, clock.now());
  const revokes = mount.issued;
  const path = source.namespace.path + source.path;
  const roles = [...leases.byRole].filter(([role]) =>
    mayKnowLease(judges.acl, source.namespace.path, mount.path + role),
  );
  return {
    dry_run: true,
    source_mount: path,
    target_mount: target.namespace.path + target.path,
    type: mount.type,
    accessor: mount.accessor,
    uuid: mount.uuid,
    namespaces_crossed: crossesNamespaces(move),
    source_namespace: source.namespace.path,
    target_namespace: target.namespace.path,
    revokes: {
      kind: isAuthPath(mount.path) ? 'tokens' : 'leases',
      total: leases.total,
      by_role: Object.fromEntries(roles),
      complete: leases.isComplete,
    },
    ...told,
    ...(aliasTtlS !== undefined && { alias: { path, ttl: aliasTtlS } }),
    ...(aliases.length > 0 && { aliases }),
    estimate: {
      state_transitions: PLAIN_TRANSITIONS + (revokes && !onCluster ? REVOKING_TRANSITIONS : 0),
      seconds:
        PLAIN_MOVE_S + Math.ceil(leases.total / (onCluster ? CLUSTER_LEASES_A_SECOND : LEASES_A_SECOND)),
    },
    ...(onCluster && { cluster: onCluster }),
  };
}
