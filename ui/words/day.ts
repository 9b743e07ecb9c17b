/** Sums over the migrations of a day. Pure. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';

export interface Day {
  moved: number;
  /** Without those that somebody cancelled. */
  failed: number;
  running: number;
  leases: number;
  /** Whether there are more than were counted. */
  isCut: boolean;
}

export function dayOf(infos: MigrationInfo[], isCut: boolean): Day {
  const sum = (of: (info: MigrationInfo) => number | boolean) =>
    infos.reduce((all, info) => all + Number(of(info)), 0);
  return {
    moved: sum(({ status }) => status === 'success'),
    failed: sum(({ status, error }) => status === 'failure' && error?.code !== 'cancelled'),
    running: sum(({ status }) => status === 'in-progress'),
    leases: sum(({ progress }) => progress.leases_revoked),
    isCut,
  };
}
