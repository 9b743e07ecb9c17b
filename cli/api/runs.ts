/** The fields of bulk runs in the service's answers (docs/bulk.md), and the paths of requests. */

export interface RunInfo {
  status: 'in-progress' | 'success' | 'failure';
  phase: 'accepted' | 'running' | 'revoking' | 'done';
  progress: {
    total: number;
    succeeded: number;
    failed: number;
    skipped: number;
    in_progress: number;
    pending: number;
    leases_revoked: number;
    leases_irrevocable: number;
  };
  eta_seconds: number | null;
  error: { code: string; message: string } | null;
  created_time: string;
  finished_time: string | null;
  requested_by: { display_name: string; accessor: string; namespace: string };
  reason: string | null;
  cancel_reason: string | null;
  undo_of: string | null;
}

/** One move of a run. */
export interface RowInfo {
  row: number;
  source_mount: string;
  target_mount: string;
  status: 'success' | 'failure' | 'in-progress' | 'pending' | 'skipped';
  error: { code: string; message: string } | null;
}

/** The answer to a dry run. */
export interface RunPlan {
  total: number;
  transactions: number;
  estimated_seconds: number;
  moves: PlannedRow[];
  problems: { row: number; from: string; to: string; message: string }[];
}

interface PlannedRow {
  row: number;
  source_mount: string;
  target_mount: string;
  chunk: number;
  group: number;
  has_issued: boolean;
}

const BULK = 'sys/remount/bulk';

export const RUN_PATHS = {
  runs: BULK,
  status: (id: string) => `${BULK}/${encodeURIComponent(id)}`,
  cancel: (id: string) => `${BULK}/cancel/${encodeURIComponent(id)}`,
  undo: (id: string) => `${BULK}/undo/${encodeURIComponent(id)}`,
};
