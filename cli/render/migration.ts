/** Texts about a migration: its progress, its result, and all its fields. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { aliasFact } from './alias.ts';
import { progressLine } from './bar.ts';
import { columns } from './columns.ts';
import { count, counted, namespaceName, paceWords, seconds, secondsBetween } from './numbers.ts';

/**
 * @param info undefined until the first answer, which the service holds while the move is young
 * @param elapsed seconds since the start of the polls
 * @param width see {@link progressLine}
 * @param rate leases that are revoked in a second, if it is known
 */
export function migrationProgress(
  info: MigrationInfo | undefined,
  elapsed: number,
  width: number | undefined,
  rate?: number,
): string {
  if (!info) return progressLine('waiting', undefined, seconds(elapsed), width);
  const title = `${info.source_mount} → ${info.target_mount}`;
  return progressLine(
    title,
    shareOf(info),
    `${wordsOf(info)}${paceWords(leftOf(info), rate)}, ${seconds(elapsed)}`,
    width,
  );
}

function shareOf({ phase, progress }: MigrationInfo): number | undefined {
  if (phase === 'accepted') return 0;
  if (phase === 'verifying' || phase === 'propagating') return 1;
  const { leases_total: total, leases_revoked: revoked, leases_irrevocable: irrevocable } = progress;
  return total === null ? undefined : Math.min(1, (revoked + irrevocable) / Math.max(1, total));
}

/** How many leases are still to be revoked; undefined if it is unknown. */
function leftOf({ progress }: MigrationInfo): number | undefined {
  const { leases_total: total, leases_revoked: revoked, leases_irrevocable: irrevocable } = progress;
  return total === null ? undefined : Math.max(0, total - revoked - irrevocable);
}

function wordsOf(info: MigrationInfo): string {
  const { phase, progress, cluster } = info;
  if (phase === 'accepted') return 'accepted, not switched yet';
  if (cluster) return waitingWords(CLUSTER_WORDS[phase]?.(info) ?? phase, cluster.waiting_for);
  const { leases_total: total, leases_revoked: revoked } = progress;
  const one = oneOf(info);
  const done = total === null ? counted(revoked, one) : `${count(revoked)} of ${counted(total, one)}`;
  return `switched, ${done} revoked`;
}

const CLUSTER_WORDS: Partial<Record<MigrationInfo['phase'], (info: MigrationInfo) => string>> = {
  draining: ({ revokes, progress: { leases_total: total, leases_revoked: revoked } }) =>
    `${count(revoked)}${total === null ? '' : ` of ${count(total)}`} ${revokes} revoked, not moved yet`,
  moving: () => 'the cluster moves the mount',
  tainted: () => 'the cluster refuses all requests to the mount; the move is tried again',
  verifying: () => 'moved, being verified',
  propagating: ({ cluster }) => {
    const stale = (cluster?.nodes ?? [])
      .filter(({ state }) => state === 'stale')
      .map(({ address }) => address);
    return stale.length === 0 ? 'moved, the nodes are asked' : `moved, not seen by ${stale.join(', ')}`;
  },
  reverting: ({ error }) =>
    `${error?.code === 'cancelled' ? 'cancelled' : 'failed'}, what was added to policies is taken back`,
};

function waitingWords(words: string, why: string | null): string {
  return why === null ? words : `${words}; waiting: ${why}`;
}

/**
 * One sentence about a successful migration.
 * @param earlierId its id, if an earlier command has started it
 */
export function successLine(
  { source_mount, target_mount, progress, ...info }: MigrationInfo,
  earlierId?: string,
): string {
  const took = seconds(secondsBetween(info.created_time, info.finished_time));
  const { leases_revoked: revoked } = progress;
  const one = oneOf(info);
  const leases = revoked > 0 ? `${counted(revoked, one)} revoked` : `no ${one} to revoke`;
  const words = `${source_mount} to ${target_mount} in ${took}, ${leases}`;
  return earlierId === undefined
    ? `Moved ${words}.`
    : `Already done: moved ${words}, migration ${earlierId}.`;
}

/** What an engine issues, or what an auth method does. */
function oneOf({ revokes }: Pick<MigrationInfo, 'revokes'>): string {
  return revokes === 'tokens' ? 'token' : 'lease';
}

const ADVICE: Record<string, string> = {
  source_gone: 'find out where the mount is now',
  target_in_use: 'choose another target',
  namespace_locked: 'have the namespace unlocked, and start it again',
  not_switched_in_time: 'start it again',
};

/** Why a migration failed, and what to do. */
export function failureText({ error, cluster }: MigrationInfo): string {
  const { code, message } = error ?? { code: '', message: 'no reason is known' };
  if (cluster) {
    const lease = refusedLeaseFact(cluster);
    const outcome = code === 'cancelled' ? 'was cancelled' : 'failed';
    return `the migration ${outcome}: ${message} (${code})${lease ? `; ${lease}` : ''}`;
  }
  if (code === 'cancelled') return `the migration was cancelled and changed nothing: ${message}`;
  const advice = ADVICE[code] ? `; ${ADVICE[code]}` : '';
  return `the migration failed and changed nothing: ${message} (${code})${advice}`;
}

/** All fields, one per line. Empty fields are left out. */
export function migrationFacts(id: string, info: MigrationInfo): string[] {
  const { progress, requested_by: by } = info;
  const facts: [string, string | null | false][] = [
    ['Migration', id],
    ['Move', `${info.source_mount} → ${info.target_mount}`],
    ['Status', info.phase === 'done' ? info.status : `${info.status}, ${info.phase}`],
    ['Error', info.error && `${info.error.message} (${info.error.code})`],
    [info.revokes === 'tokens' ? 'Tokens' : 'Leases', leasesFact(progress)],
    ['Policies', policiesFact(info.policies)],
    ['Old path', aliasFact(info.alias)],
    ['Accepted', info.created_time],
    ['Switched', info.switched_time],
    ['Finished', info.finished_time],
    ...clusterFacts(info.cluster),
    ['Requested by', requesterFact(by)],
    ['Reason', info.reason],
    ['Undo of', info.undo_of],
    ['Bulk run', info.bulk_id],
  ];
  return columns(facts.flatMap(([name, fact]) => (fact ? [[name, fact]] : [])));
}

/** Without a name, the requester is not for the token that reads. Schedules have no accessor. */
export function requesterFact({ display_name, accessor, namespace }: MigrationInfo['requested_by']): string {
  if (display_name === '') return `a token of ${namespaceName(namespace)}`;
  return `${display_name}${namespace && ` of ${namespace}`}${accessor && `, accessor ${accessor}`}`;
}

function clusterFacts(cluster: MigrationInfo['cluster']): [string, string | null | false][] {
  if (!cluster) return [];
  const { nodes, warnings } = cluster;
  return [
    ['Accessor', cluster.accessor],
    ['Cluster id', cluster.migration_id],
    ['Waiting', cluster.waiting_for && `${cluster.waiting_for}, since ${cluster.waiting_since}`],
    ['Not revoked', refusedLeaseFact(cluster)],
    ['Warnings', warnings.join('; ')],
    ['Nodes', lateNodes(nodes)],
  ];
}

function refusedLeaseFact({ refused_lease: lease }: NonNullable<MigrationInfo['cluster']>): string | null {
  return lease ? `lease "${lease.lease_id}": ${lease.reason}` : null;
}

/** The nodes that have not seen a move, as far as they were asked. */
export function lateNodes(nodes: NonNullable<MigrationInfo['cluster']>['nodes']): string {
  const late = nodes.filter(({ state }) => state === 'stale' || state === 'unreachable');
  return late.map(({ address, state }) => `${address} ${state}`).join(', ');
}

export function policiesFact(policies: MigrationInfo['policies']): string | false {
  if (!policies) return false;
  const hidden = Object.values(policies.hidden).reduce((sum, number) => sum + number, 0);
  const left = policies.left.map(({ namespace, policy, reason }) => `${namespace}${policy} left: ${reason}`);
  const changed = policies.changed.map(({ namespace, policy }) => namespace + policy);
  const parts = [
    changed.length > 0 && `${policies.mode === 'restore' ? 'restored' : 'changed'}: ${changed.join(', ')}`,
    ...left,
    hidden > 0 && `${count(hidden)} that the token may not read`,
  ];
  return parts.filter(Boolean).join('; ') || 'none changed';
}

function leasesFact(progress: MigrationInfo['progress']): string | false {
  const { leases_total: total, leases_revoked: revoked, leases_irrevocable: irrevocable } = progress;
  if (!total && !revoked && !irrevocable) return false;
  const of = total === null ? '' : ` of ${count(total)}`;
  return `${count(revoked)}${of} revoked${irrevocable ? `, ${count(irrevocable)} irrevocable` : ''}`;
}

const HEADER = ['MIGRATION', 'FROM', 'TO', 'STATUS', 'ACCEPTED', 'BY', 'REASON'];

/** @param width see {@link columns} */
export function migrationTable(
  migrations: readonly (readonly [string, MigrationInfo])[],
  width?: number,
): string[] {
  const rows = migrations.map(([id, info]) => [
    id,
    info.source_mount,
    info.target_mount,
    statusCell(info),
    info.created_time.replace(/\.\d+Z$/, 'Z'),
    info.requested_by.display_name,
    info.reason ?? '',
  ]);
  return columns([HEADER, ...rows], width, [0, HEADER.indexOf('ACCEPTED')]);
}

function statusCell({ status, phase, error, undo_of }: MigrationInfo): string {
  const more = [status === 'in-progress' ? phase : error?.code, undo_of && 'undo'].filter(Boolean);
  return more.length > 0 ? `${status} (${more.join(', ')})` : status;
}
