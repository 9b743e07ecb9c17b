/** The words for how a bulk run and its moves stand. Pure. */

import type { BulkInfo, RowInfo } from '../../functions/bulk/answers.ts';
import { count, duration, many } from './format.ts';
import type { Standing } from './migrationWords.ts';

export function standingOfRun({ status, error }: Pick<BulkInfo, 'status' | 'error'>): Standing {
  if (status === 'success') return { mood: 'good', word: 'Success' };
  if (status === 'in-progress') return { mood: 'working', word: 'In progress' };
  return error?.code === 'cancelled'
    ? { mood: 'stopped', word: 'Cancelled' }
    : { mood: 'bad', word: 'Failed' };
}

const OF_ROWS: Record<RowInfo['status'], Standing> = {
  success: { mood: 'good', word: 'Success' },
  failure: { mood: 'bad', word: 'Failed' },
  'in-progress': { mood: 'working', word: 'Removing leases' },
  pending: { mood: 'waiting', word: 'To come' },
  skipped: { mood: 'stopped', word: 'Not begun' },
};

export function standingOfRow({ status }: Pick<RowInfo, 'status'>): Standing {
  return OF_ROWS[status];
}

export function isCancelling({
  status,
  cancelled_time,
}: Pick<BulkInfo, 'status' | 'cancelled_time'>): boolean {
  return status === 'in-progress' && cancelled_time !== null;
}

/** One sentence on how the run stands. */
export function sentenceOfRun(info: BulkInfo): string {
  const { status, progress, error } = info;
  const { total, succeeded, failed, skipped } = progress;
  if (isCancelling(info)) return 'Cancelled. What has begun is brought to its end.';
  if (status === 'in-progress') return `${many(total, 'move')} on the way.`;
  if (status === 'success') return total === 1 ? 'The move is made.' : `All ${count(total)} moves are made.`;
  const parts = [
    `${count(succeeded)} of ${count(total)} moves are made`,
    failed > 0 ? `${count(failed)} failed and changed nothing` : '',
    skipped > 0 ? `${count(skipped)} were not begun` : '',
  ];
  return `${parts.filter(Boolean).join(', ')}. ${ADVICE[error?.code ?? ''] ?? ''}`.trim();
}

const ADVICE: Record<string, string> = {
  moves_failed: 'Each row below says why; plan those again, or undo the run.',
  too_many_failures: 'The run stopped because more moves failed than it tolerates.',
  cancelled: 'What was made stays made; undo the run to take it back.',
  given_up: 'The service gave the run up after many attempts. Plan the rest again.',
};

export function etaOf({ eta_seconds: eta }: Pick<BulkInfo, 'eta_seconds'>): string {
  return eta === null ? '' : `about ${duration(Math.max(1, eta) * 1_000)} left`;
}

/** The share of moves that are decided. */
export function shareOfRun({ progress }: Pick<BulkInfo, 'progress'>): number {
  const { total, pending, skipped } = progress;
  return total === 0 ? 1 : (total - pending - skipped) / total;
}
