/** Texts for the status of a bulk run and of its moves. Pure. */

import type { BulkInfo, RowInfo } from '../../functions/bulk/answers.ts';
import { count, duration, many } from './format.ts';
import type { Mood, Standing } from './migrationWords.ts';

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
  pending: { mood: 'waiting', word: 'Waiting' },
  skipped: { mood: 'stopped', word: 'Skipped' },
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

/** One sentence about the status of the run. */
export function sentenceOfRun(info: BulkInfo): string {
  const { status, progress, error, cluster } = info;
  const { total, succeeded, failed, skipped } = progress;
  if (isCancelling(info)) return 'Cancelled. Moves in progress will finish.';
  if (status === 'in-progress') return `${many(total, 'move')} in progress.`;
  if (status === 'success') return total === 1 ? 'The move is done.' : `All ${count(total)} moves are done.`;
  const parts = [
    `${count(succeeded)} of ${count(total)} moves are done`,
    // On a cluster, leases may have been revoked.
    failed > 0 ? `${count(failed)} failed${cluster ? '' : ' and changed nothing'}` : '',
    skipped > 0 ? `${count(skipped)} were skipped` : '',
  ];
  const { todo = '', withMoved = '' } = ADVICE[error?.code ?? ''] ?? {};
  return [`${parts.filter(Boolean).join(', ')}.`, todo, succeeded > 0 ? withMoved : '']
    .filter(Boolean)
    .join(' ');
}

/** By `error.code`: what to do, and what else if some moves have succeeded. */
const ADVICE: Record<string, { todo?: string; withMoved?: string }> = {
  moves_failed: {
    todo: 'The rows below say why. Plan these moves again.',
    withMoved: 'To reverse the others, undo the run.',
  },
  too_many_failures: { todo: 'The run stopped because more moves failed than it tolerates.' },
  cancelled: { withMoved: 'Finished moves stay. To reverse them, undo the run.' },
  policy_refused: {
    todo: 'The cluster did not take the new text of a policy. See below which one was left and why.',
  },
  cluster_forbids: {
    todo: 'Add the line that the message names to the policy of the service, and start the run again.',
  },
  cluster_unavailable: { todo: 'The cluster did not answer for a day. Start the run again when it does.' },
  given_up: { todo: 'The service gave up after many attempts. Plan the rest again.' },
};

export function etaOf({ eta_seconds: eta }: Pick<BulkInfo, 'eta_seconds'>): string {
  return eta === null ? '' : `about ${duration(Math.max(1, eta) * 1_000)} left`;
}

/** A part of the bar of a run. */
export interface Segment {
  mood: Mood;
  word: string;
  number: number;
}

/** The parts of the bar: how many moves have which status. */
export function segmentsOf({ progress, cluster }: Pick<BulkInfo, 'progress' | 'cluster'>): Segment[] {
  const { succeeded, in_progress: open, failed, skipped, pending } = progress;
  return [
    { mood: 'good', word: 'done', number: succeeded },
    { mood: 'working', word: cluster ? 'being moved' : 'removing leases', number: open },
    { mood: 'bad', word: 'failed', number: failed },
    { mood: 'stopped', word: 'skipped', number: skipped },
    { mood: 'waiting', word: 'open', number: pending },
  ];
}
