/** Texts about a bulk run: its plan, its progress, its result, and all its fields. */

import type { BulkInfo, PlanInfo, RowInfo } from '../../functions/bulk/answers.ts';
import { progressLine } from './bar.ts';
import { columns } from './columns.ts';
import { lateNodes, policiesFact, requesterFact } from './migration.ts';
import { count, counted, paceWords, seconds, secondsBetween } from './numbers.ts';
import { hiddenLines, leftLines, plannedAliasLine } from './plan.ts';

/** @param width see {@link columns} */
export function runPlanLines(plan: PlanInfo, width?: number): string[] {
  const { total, transactions, estimated_seconds, moves } = plan;
  const rows = moves.map((move) => {
    const { row, source_mount, target_mount, chunk, group } = move;
    return [String(row), source_mount, target_mount, `${chunk + 1}.${group + 1}`, leasesOf(move)];
  });
  return [
    ...columns([['ROW', 'FROM', 'TO', 'TRANSACTION', 'LEASES'], ...rows], width),
    '',
    `${counted(total, 'move')} in ${counted(transactions, 'transaction')}, about ${seconds(estimated_seconds)}.`,
    ...moves.flatMap(({ aliases = [] }) => aliases.map(plannedAliasLine)),
    ...clusterLines(plan),
    ...ruleLines(plan),
  ];
}

/** The rules that the run would leave. */
function ruleLines({ policies = [], hidden_policy_rules = {} }: PlanInfo): string[] {
  const lines = [...leftLines(policies), ...hiddenLines(hidden_policy_rules)];
  return lines.length > 0 ? ['', ...lines] : [];
}

/** Only a cluster's are counted, as far as the time of the request permits. */
function leasesOf({ has_issued, leases }: PlanInfo['moves'][number]): string {
  if (leases === undefined) return has_issued ? 'to be revoked' : 'none';
  return leases === 0 ? 'none' : count(leases);
}

/** What is different where a cluster has the mounts. */
function clusterLines({ moves, remarks = [] }: PlanInfo): string[] {
  const copied = moves.filter(({ copies_keys }) => copies_keys).length;
  return [
    ...(copied > 0
      ? [`The cluster would copy the keys of ${counted(copied, 'mount')}; --allow-copy permits that.`]
      : []),
    ...remarks.map((remark) => `On this cluster, ${remark}.`),
  ];
}

/** Why a run would not start. */
export function problemsText({ problems }: PlanInfo): string {
  const lines = problems.map(({ row, from, to, message }) => `row ${row}, ${from} to ${to}: ${message}`);
  return [`${counted(problems.length, 'row')} cannot be moved, so the run would not start`, ...lines].join(
    '\n  ',
  );
}

/**
 * @param info undefined until the first answer
 * @param elapsed seconds since the start of the polls
 * @param width see {@link progressLine}
 * @param rate moves that are decided in a second, if it is known
 */
export function runProgress(
  info: BulkInfo | undefined,
  elapsed: number,
  width: number | undefined,
  rate?: number,
): string {
  if (!info) return progressLine('waiting', undefined, seconds(elapsed), width);
  const { total, pending } = info.progress;
  const eta = info.eta_seconds === null ? '' : `, about ${seconds(info.eta_seconds)} left`;
  const words = `${progressWords(info)}${paceWords(pending, rate) || eta}, ${seconds(elapsed)}`;
  return progressLine('bulk run', total === 0 ? 0 : (total - pending) / total, words, width);
}

/** What a cluster has in progress is not moved yet. */
function progressWords({ progress, cluster }: BulkInfo): string {
  const { total, succeeded, in_progress: open, failed, skipped } = progress;
  const parts = [
    `${count(cluster ? succeeded : succeeded + open)} of ${counted(total, 'mount')} moved`,
    open > 0 && `${count(open)} ${cluster ? 'being moved' : 'with leases to revoke'}`,
    failed > 0 && `${count(failed)} failed`,
    skipped > 0 && `${count(skipped)} skipped`,
  ];
  return parts.filter(Boolean).join(', ');
}

/**
 * One sentence about a successful run.
 * @param earlierId its id, if an earlier command has started it
 */
export function runSuccessLine(
  { progress, created_time, finished_time }: BulkInfo,
  earlierId?: string,
): string {
  const took = seconds(secondsBetween(created_time, finished_time));
  const { leases_revoked: revoked } = progress;
  const leases = revoked > 0 ? `${counted(revoked, 'lease')} revoked` : 'no lease to revoke';
  const words = `${counted(progress.succeeded, 'mount')} in ${took}, ${leases}`;
  return earlierId === undefined ? `Moved ${words}.` : `Already done: moved ${words}, bulk run ${earlierId}.`;
}

/**
 * Why a run failed.
 * @param rows the first failed moves
 */
export function runFailureText(info: BulkInfo, rows: readonly RowInfo[]): string {
  const { error, cancel_reason: reason, progress } = info;
  const why = reason ?? error?.message ?? 'no reason is known';
  const lines = rows.map(({ row, source_mount, target_mount, error: own }) => {
    return `row ${row}, ${source_mount} to ${target_mount}: ${own?.message} (${own?.code})`;
  });
  if (progress.failed > rows.length) lines.push(`and ${count(progress.failed - rows.length)} more`);
  const head = `${progressWords(info)}: ${why}${error ? ` (${error.code})` : ''}`;
  return [head, ...lines].join('\n  ');
}

/** All fields, one per line. Empty fields are left out. */
export function runFacts(id: string, info: BulkInfo): string[] {
  const { progress, requested_by: by, error, cluster } = info;
  const { leases_revoked: revoked, leases_irrevocable: irrevocable } = progress;
  const facts: [string, string | null | false][] = [
    ['Bulk run', id],
    ['Moves', progressWords(info)],
    ['Status', info.phase === 'done' ? info.status : `${info.status}, ${info.phase}`],
    ['Error', error && `${error.message} (${error.code})`],
    ['Cancelled', info.cancel_reason],
    ['Leases', revoked + irrevocable > 0 && `${count(revoked)} revoked, ${count(irrevocable)} irrevocable`],
    ['Policies', policiesFact(info.policies)],
    ['Waiting', info.waiting_for ?? cluster?.waiting_for ?? null],
    ['Nodes', cluster ? lateNodes(cluster.nodes) : null],
    ['Accepted', info.created_time],
    ['Finished', info.finished_time],
    ['Requested by', requesterFact(by)],
    ['Reason', info.reason],
    ['Undo of', info.undo_of],
  ];
  return columns(facts.flatMap(([name, fact]) => (fact ? [[name, fact]] : [])));
}

/** @param width see {@link columns} */
export function runTable(runs: readonly (readonly [string, BulkInfo])[], width?: number): string[] {
  const rows = runs.map(([id, info]) => {
    const { total, succeeded, failed } = info.progress;
    const why = info.status === 'in-progress' ? info.phase : info.error?.code;
    return [
      id,
      [info.status, why && `(${why})`].filter(Boolean).join(' '),
      count(total),
      count(succeeded),
      count(failed),
      info.created_time.replace(/\.\d+Z$/, 'Z'),
      info.requested_by.display_name,
      info.reason ?? '',
    ];
  });
  const header = ['BULK RUN', 'STATUS', 'MOVES', 'DONE', 'FAILED', 'ACCEPTED', 'BY', 'REASON'];
  return columns([header, ...rows], width, [0, header.indexOf('ACCEPTED')]);
}
