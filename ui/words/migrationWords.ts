/** Texts for the status of a migration. Pure. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';

/** The kind of a status, which selects its shape and colour. */
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

/** One sentence about the progress or the result. */
export function sentenceOf(info: MigrationInfo): string {
  const { status, phase, progress, cluster, source_mount: source, target_mount: target } = info;
  if (cluster && status !== 'success') return onClusterSentence(info);
  if (status === 'failure') return 'This migration changed nothing.';
  if (phase === 'accepted') return `Accepted. The mount is still at ${source}`;
  if (status === 'success') {
    const { leases_irrevocable: left } = progress;
    const done = `The mount is at ${target}. Credentials issued before the move are no longer valid.`;
    return left === 0 ? done : `${done} Some leases could not be revoked where they were issued.`;
  }
  return `The mount is at ${target}. Credentials issued before the move are no longer valid. Old leases are being removed.`;
}

/** One sentence about a migration that another one has undone, or is undoing. */
export function sentenceOfUndone({ source_mount: source }: MigrationInfo, undo: MigrationInfo): string {
  return undo.phase === 'accepted' || (undo.cluster && undo.status === 'in-progress')
    ? `This move is being undone. The mount will be back at ${source}`
    : `This move was undone. The mount went back to ${source}`;
}

/** One sentence about a migration on a cluster that has not succeeded. */
function onClusterSentence(info: MigrationInfo): string {
  const { status, phase, source_mount: source, target_mount: target } = info;
  if (status === 'failure') return 'This migration failed. The reason below says where the mount is.';
  switch (phase) {
    case 'draining':
      return `Leases are being revoked. The mount is still served at ${source}`;
    case 'moving':
      return `The cluster is moving the mount to ${target}`;
    case 'tainted':
      return `The cluster refuses all requests to ${source}. The move is tried again until it succeeds.`;
    case 'verifying':
      return `The mount is at ${target}. It is being verified.`;
    case 'propagating':
      return `The mount is at ${target}. Some nodes of the cluster may still serve the old path.`;
    case 'reverting':
      return `This migration does not go on. What it has added to policies is being taken back.`;
    default:
      return `Accepted. The mount is still at ${source}`;
  }
}

/** The share of leases that are revoked or irrevocable; undefined if the total is unknown. */
export function shareOf({ progress }: Pick<MigrationInfo, 'progress'>): number | undefined {
  const { leases_total: total, leases_revoked: revoked, leases_irrevocable: left } = progress;
  if (total === null || total === 0) return undefined;
  return Math.min(1, (revoked + left) / total);
}

/** An undo is possible as soon as the mount is at its target; on a cluster, when the migration has succeeded. */
export function canUndo({
  status,
  phase,
  cluster,
}: Pick<MigrationInfo, 'status' | 'phase' | 'cluster'>): boolean {
  if (cluster) return status === 'success';
  return status !== 'failure' && phase !== 'accepted';
}
