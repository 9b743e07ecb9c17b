/** What is shown of a migration: the `migration_info` of contract §1.5, and what clients that know more can use. */

import type { Shape } from '../http/shape.ts';
import { sha256 } from '../store/keys.ts';
import { leasesGone, leasesTotal, type Migration } from './migration.ts';
import { fullPath } from './switchMount.ts';

export const MIGRATION_INFO = {
  source_mount: 'string',
  target_mount: 'string',
  status: 'string',
  phase: 'string',
  progress: { leases_total: ['int', null], leases_revoked: 'int', leases_irrevocable: 'int' },
  error: [{ code: 'string', message: 'string' }, null],
  created_time: 'string',
  switched_time: ['string', null],
  finished_time: ['string', null],
  requested_by: { display_name: 'string', accessor: 'string', namespace: 'string' },
  reason: ['string', null],
  undo_of: ['string', null],
  bulk_id: ['string', null],
} as const satisfies Shape;

/** What is not known, or not so, is `null`. */
export function migrationInfo(migration: Migration): Record<string, unknown> {
  const { source, target, status, error, requestedBy } = migration;
  return {
    source_mount: fullPath(source),
    target_mount: fullPath(target),
    status,
    phase: phaseOf(migration),
    progress: progressOf(migration),
    error: errorInfo(error),
    created_time: timeOf(migration.acceptedAt),
    switched_time: timeOf(migration.switchedAt),
    finished_time: timeOf(migration.finishedAt),
    requested_by: {
      display_name: requestedBy.displayName,
      accessor: requestedBy.accessor,
      namespace: requestedBy.namespace,
    },
    reason: migration.reason ?? null,
    undo_of: migration.undoOf ?? null,
    bulk_id: migration.bulkId ?? null,
  };
}

function progressOf(migration: Migration): Record<string, unknown> {
  return {
    leases_total: leasesTotal(migration) ?? null,
    leases_revoked: leasesGone(migration),
    leases_irrevocable: migration.leasesIrrevocable,
  };
}

/** The store keeps no order of names, and the same error shall always look the same. */
export function errorInfo(
  error: { code: string; message: string } | undefined,
): { code: string; message: string } | null {
  return error ? { code: error.code, message: error.message } : null;
}

/** A strong entity tag: it changes with whatever is shown. */
export function etagOf(info: Record<string, unknown>): string {
  return `"${sha256(JSON.stringify(info)).slice(0, 32)}"`;
}

function phaseOf({ phase, revoking }: Migration): string {
  return phase === 'switched' && revoking ? 'revoking' : phase;
}

function timeOf(at: number | undefined): string | null {
  return at === undefined ? null : new Date(at).toISOString();
}
