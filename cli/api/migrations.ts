/** The fields of migrations in the service's answers (docs/migrations.md), and the paths of requests. */

export interface MigrationInfo {
  source_mount: string;
  target_mount: string;
  status: 'in-progress' | 'success' | 'failure';
  phase: 'accepted' | 'switched' | 'revoking' | 'done';
  progress: { leases_total: number | null; leases_revoked: number; leases_irrevocable: number };
  error: { code: string; message: string } | null;
  created_time: string;
  switched_time: string | null;
  finished_time: string | null;
  requested_by: { display_name: string; accessor: string; namespace: string };
  reason: string | null;
  undo_of: string | null;
  bulk_id: string | null;
}

/** The answer to a dry run. */
export interface MovePlan {
  source_mount: string;
  target_mount: string;
  type: string;
  accessor: string;
  namespaces_crossed: boolean;
  source_namespace: string;
  target_namespace: string;
  revokes: { kind: string; total: number; by_role: Record<string, number>; complete: boolean };
  policies: AffectedRule[];
  estimate: { state_transitions: number; seconds: number };
}

interface AffectedRule {
  namespace: string;
  policy: string;
  path: string;
  capabilities: string[];
  replacement: { namespace: string; path: string };
}

const REMOUNT = 'sys/remount';

export const PATHS = {
  remount: REMOUNT,
  statuses: `${REMOUNT}/status`,
  status: (id: string) => `${REMOUNT}/status/${encodeURIComponent(id)}`,
  cancel: (id: string) => `${REMOUNT}/cancel/${encodeURIComponent(id)}`,
  undo: (id: string) => `${REMOUNT}/undo/${encodeURIComponent(id)}`,
  irrevocable: (id: string) => `${REMOUNT}/irrevocable/${encodeURIComponent(id)}`,
};
