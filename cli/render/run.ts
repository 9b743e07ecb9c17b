/** Texts about a bulk run: its plan, its progress, its result, and all its fields. */

import type { BulkInfo, PlanInfo, RowInfo } from '../../functions/bulk/answers.ts';
import { progressLine } from './bar.ts';
import { columns } from './columns.ts';
import { count, counted, seconds, secondsBetween } from './numbers.ts';

export function runPlanLines({ total, transactions, estimated_seconds, moves }: PlanInfo): string[] {
  const rows = moves.map(({ row, source_mount, target_mount, chunk, group, has_issued }) => {
    const leases = has_issued ? 'to be revoked' : 'none';
    return [String(row), source_mount, target_mount, `${chunk + 1}.${group + 1}`, leases];
  });
  return [
    ...columns([['ROW', 'FROM', 'TO', 'TRANSACTION', 'LEASES'], ...rows]),
    '',
    `${counted(total, 'move')} in ${counted(transactions, 'transaction')}, about ${seconds(estimated_seconds)}.`,
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
 */
export function runProgress(info: BulkInfo | undefined, elapsed: number, width: number | undefined): string {
  if (!info) return progressLine('waiting', undefined, seconds(elapsed), width);
  const { total, pending } = info.progress;
  const left = info.eta_seconds === null ? '' : `, about ${seconds(info.eta_seconds)} left`;
  const words = `${progressWords(info)}, ${seconds(elapsed)}${left}`;
  return progressLine('bulk run', total === 0 ? 0 : (total - pending) / total, words, width);
}

function progressWords({ progress }: BulkInfo): string {
  const { total, succeeded, in_progress: revoking, failed, skipped } = progress;
  const parts = [
    `${count(succeeded + revoking)} of ${counted(total, 'mount')} moved`,
    revoking > 0 && `${count(revoking)} with leases to revoke`,
    failed > 0 && `${count(failed)} failed`,
    skipped > 0 && `${count(skipped)} skipped`,
  ];
  return parts.filter(Boolean).join(', ');
}

/** One sentence about a successful run. */
export function runSuccessLine({ progress, created_time, finished_time }: BulkInfo): string {
  const took = seconds(secondsBetween(created_time, finished_time));
  const { leases_revoked: revoked } = progress;
  const leases = revoked > 0 ? `${counted(revoked, 'lease')} revoked` : 'no lease to revoke';
  return `Moved ${counted(progress.succeeded, 'mount')} in ${took}, ${leases}.`;
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
  const { progress, requested_by: by, error } = info;
  const { leases_revoked: revoked, leases_irrevocable: irrevocable } = progress;
  const facts: [string, string | null | false][] = [
    ['Bulk run', id],
    ['Moves', progressWords(info)],
    ['Status', info.phase === 'done' ? info.status : `${info.status}, ${info.phase}`],
    ['Error', error && `${error.message} (${error.code})`],
    ['Cancelled', info.cancel_reason],
    ['Leases', revoked + irrevocable > 0 && `${count(revoked)} revoked, ${count(irrevocable)} irrevocable`],
    ['Accepted', info.created_time],
    ['Finished', info.finished_time],
    ['Requested by', `${by.display_name}${by.namespace && ` of ${by.namespace}`}, accessor ${by.accessor}`],
    ['Reason', info.reason],
    ['Undo of', info.undo_of],
  ];
  return columns(facts.flatMap(([name, fact]) => (fact ? [[name, fact]] : [])));
}

export function runTable(runs: readonly (readonly [string, BulkInfo])[]): string[] {
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
  return columns([['BULK RUN', 'STATUS', 'MOVES', 'DONE', 'FAILED', 'ACCEPTED', 'BY', 'REASON'], ...rows]);
}
