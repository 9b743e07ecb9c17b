/** Texts about a migration: its progress, its result, and all its fields. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { progressLine } from './bar.ts';
import { columns } from './columns.ts';
import { count, counted, seconds, secondsBetween } from './numbers.ts';

/**
 * @param info undefined until the first answer, which the service holds while the move is young
 * @param elapsed seconds since the start of the polls
 * @param width see {@link progressLine}
 */
export function migrationProgress(
  info: MigrationInfo | undefined,
  elapsed: number,
  width: number | undefined,
): string {
  if (!info) return progressLine('waiting', undefined, seconds(elapsed), width);
  const title = `${info.source_mount} → ${info.target_mount}`;
  return progressLine(title, shareOf(info), `${wordsOf(info)}, ${seconds(elapsed)}`, width);
}

function shareOf({ phase, progress }: MigrationInfo): number | undefined {
  if (phase === 'accepted') return 0;
  const { leases_total: total, leases_revoked: revoked, leases_irrevocable: irrevocable } = progress;
  return total === null ? undefined : Math.min(1, (revoked + irrevocable) / Math.max(1, total));
}

function wordsOf({ phase, progress }: MigrationInfo): string {
  if (phase === 'accepted') return 'accepted, not switched yet';
  const { leases_total: total, leases_revoked: revoked } = progress;
  const done = total === null ? counted(revoked, 'lease') : `${count(revoked)} of ${counted(total, 'lease')}`;
  return `switched, ${done} revoked`;
}

/** One sentence about a successful migration. */
export function successLine({ source_mount, target_mount, progress, ...info }: MigrationInfo): string {
  const took = seconds(secondsBetween(info.created_time, info.finished_time));
  const { leases_revoked: revoked } = progress;
  const leases = revoked > 0 ? `${counted(revoked, 'lease')} revoked` : 'no lease to revoke';
  return `Moved ${source_mount} to ${target_mount} in ${took}, ${leases}.`;
}

const ADVICE: Record<string, string> = {
  source_gone: 'find out where the mount is now',
  target_in_use: 'choose another target',
  not_switched_in_time: 'start it again',
};

/** Why a migration failed, and what to do. */
export function failureText({ error }: MigrationInfo): string {
  const { code, message } = error ?? { code: '', message: 'no reason is known' };
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
    ['Leases', leasesFact(progress)],
    ['Accepted', info.created_time],
    ['Switched', info.switched_time],
    ['Finished', info.finished_time],
    ['Requested by', `${by.display_name}${by.namespace && ` of ${by.namespace}`}, accessor ${by.accessor}`],
    ['Reason', info.reason],
    ['Undo of', info.undo_of],
    ['Bulk run', info.bulk_id],
  ];
  return columns(facts.flatMap(([name, fact]) => (fact ? [[name, fact]] : [])));
}

function leasesFact(progress: MigrationInfo['progress']): string | false {
  const { leases_total: total, leases_revoked: revoked, leases_irrevocable: irrevocable } = progress;
  if (!total && !revoked && !irrevocable) return false;
  const of = total === null ? '' : ` of ${count(total)}`;
  return `${count(revoked)}${of} revoked${irrevocable ? `, ${count(irrevocable)} irrevocable` : ''}`;
}

const HEADER = ['MIGRATION', 'FROM', 'TO', 'STATUS', 'ACCEPTED', 'BY', 'REASON'];

export function migrationTable(migrations: readonly (readonly [string, MigrationInfo])[]): string[] {
  const rows = migrations.map(([id, info]) => [
    id,
    info.source_mount,
    info.target_mount,
    statusCell(info),
    info.created_time.replace(/\.\d+Z$/, 'Z'),
    info.requested_by.display_name,
    info.reason ?? '',
  ]);
  return columns([HEADER, ...rows]);
}

function statusCell({ status, phase, error, undo_of }: MigrationInfo): string {
  const more = [status === 'in-progress' ? phase : error?.code, undo_of && 'undo'].filter(Boolean);
  return more.length > 0 ? `${status} (${more.join(', ')})` : status;
}
