/** What is shown of a migration: the `migration_info` of contract §1.5, and what clients that know more can use. */

import { sha256 } from '../ports/keys.ts';
import type { Migration } from './migration.ts';
import { fullPath } from './switchMount.ts';

/** What is not known, or not so, is `null`. */
export function migrationInfo(migration: Migration): Record<string, unknown> {
  const { source, target, status, error, requestedBy, leasesTotal, leasesRevoked } = migration;
  return {
    source_mount: fullPath(source),
    target_mount: fullPath(target),
    status,
    phase: phaseOf(migration),
    progress: {
      leases_total: leasesTotal ?? null,
      leases_revoked: leasesRevoked,
      leases_irrevocable: migration.leasesIrrevocable,
    },
    error: error ?? null,
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
