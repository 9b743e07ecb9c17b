/** The words for how a migration stands. Pure. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';

/** What is shown by word, shape and colour together. */
export type Mood = 'waiting' | 'working' | 'good' | 'bad' | 'stopped';

export interface Standing {
  mood: Mood;
  word: string;
}

export function standingOf({ status, error }: Pick<MigrationInfo, 'status' | 'error'>): Standing {
  if (status === 'success') return { mood: 'good', word: 'Success' };
  if (status === 'in-progress') return { mood: 'working', word: 'In progress' };
  return error?.code === 'cancelled'
    ? { mood: 'stopped', word: 'Cancelled' }
    : { mood: 'bad', word: 'Failed' };
}

/** One sentence on what is going on, or has come of it. */
export function sentenceOf(info: MigrationInfo): string {
  const { status, phase, progress, source_mount: source, target_mount: target } = info;
  if (status === 'failure') return 'This migration has changed nothing.';
  if (phase === 'accepted') return `Accepted. The mount is still at ${source}`;
  if (status === 'success') {
    const { leases_irrevocable: left } = progress;
    const done = `The mount is at ${target} and nothing issued before is usable.`;
    return left === 0 ? done : `${done} Some leases could not be revoked where they were issued.`;
  }
  return `The mount is at ${target} and nothing issued before is usable. Old leases are being removed.`;
}

/** The share of leases that are dealt with; undefined when their number is not known. */
export function shareOf({ progress }: Pick<MigrationInfo, 'progress'>): number | undefined {
  const { leases_total: total, leases_revoked: revoked, leases_irrevocable: left } = progress;
  if (total === null || total === 0) return undefined;
  return Math.min(1, (revoked + left) / total);
}

/** Undoing is possible once the mount is at its target. */
export function canUndo({ status, phase }: Pick<MigrationInfo, 'status' | 'phase'>): boolean {
  return status !== 'failure' && phase !== 'accepted';
}
