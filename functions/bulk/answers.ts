/** What the endpoints of bulk runs answer: the shapes, and the types derived from them. Clients import the types. */

import type { OneOf, Shape, Wire } from '../http/shape.ts';
import {
  AFFECTED_RULE,
  ERROR,
  PLANNED_ALIAS,
  POLICY_CHANGES,
  POLICY_INFO,
  REQUESTER,
} from '../remount/answers.ts';
import { NODES } from '../remount/clusterInfo.ts';

/** How a cluster carries out a run, and what it has shown. */
const BULK_CLUSTER = {
  on_revoke_error: 'string' as OneOf<'fail' | 'force'>,
  drain_concurrency: 'int',
  max_refusal_s: 'int',
  allow_copy: 'bool',
  stale_nodes: 'string' as OneOf<'wait' | 'report'>,
  refresh_nodes: 'string' as OneOf<'none' | 'step-down'>,
  /** Why a row cannot be started yet. */
  waiting_for: ['string', null],
  /** After the last move. */
  nodes: NODES,
} as const satisfies Shape;

const BULK_INFO = {
  status: 'string' as OneOf<'in-progress' | 'success' | 'failure'>,
  phase: 'string' as OneOf<'accepted' | 'running' | 'revoking' | 'propagating' | 'done'>,
  progress: {
    total: 'int',
    succeeded: 'int',
    failed: 'int',
    skipped: 'int',
    /** Switched, with leases still to be revoked; on a cluster, being moved. */
    in_progress: 'int',
    pending: 'int',
    leases_revoked: 'int',
    leases_irrevocable: 'int',
  },
  eta_seconds: ['int', null],
  error: ERROR,
  created_time: 'string',
  started_time: ['string', null],
  cancelled_time: ['string', null],
  finished_time: ['string', null],
  requested_by: REQUESTER,
  reason: ['string', null],
  cancel_reason: ['string', null],
  undo_of: ['string', null],
  max_concurrency: 'int',
  tolerated_failures: 'string',
  atomic: 'bool',
  /** Present while the run waits for the end of a lock, to change policies; on a cluster, `cluster` has it. */
  'waiting_for?': 'string',
  /** Present in the state of one run that was to change policies; `changed` grows from the first move on. */
  'policies?': POLICY_INFO,
  'cluster?': BULK_CLUSTER,
} as const satisfies Shape;

export type BulkInfo = Wire<typeof BULK_INFO>;

export const RUN_STATUS = { bulk_id: 'string', bulk_info: BULK_INFO } as const satisfies Shape;

export type BulkStatus = Wire<typeof RUN_STATUS>;

export const RUN_LIST = { keys: 'list', key_info: { '*': BULK_INFO } } as const satisfies Shape;

export const RUN_STARTED = { bulk_id: 'string', total: 'int', 'undo_of?': 'string' } as const satisfies Shape;

export type StartedBulk = Wire<typeof RUN_STARTED>;

/** One row of a run in a list; the key is the id of its migration. */
const ROW_INFO = {
  row: 'int',
  source_mount: 'string',
  target_mount: 'string',
  source_namespace: 'string',
  target_namespace: 'string',
  status: 'string' as OneOf<'success' | 'failure' | 'in-progress' | 'pending' | 'skipped'>,
  error: ERROR,
  finished_time: ['string', null],
} as const satisfies Shape;

export type RowInfo = Wire<typeof ROW_INFO>;

export const ROW_LIST = { keys: 'list', key_info: { '*': ROW_INFO } } as const satisfies Shape;

/** The answer to a dry run. */
export const RUN_PLAN = {
  dry_run: 'bool',
  'undo_of?': 'string',
  total: 'int',
  transactions: 'int',
  chunks: 'int',
  estimated_seconds: 'int',
  moves: [
    {
      row: 'int',
      source_mount: 'string',
      target_mount: 'string',
      source_namespace: 'string',
      target_namespace: 'string',
      chunk: 'int',
      group: 'int',
      knot: 'int',
      has_issued: 'bool',
      /** The condition under which a request makes this move only as it was planned. */
      unless_changed: 'string',
      /** Present if the mount has aliases. */
      'aliases?': [PLANNED_ALIAS],
      /** Rows that must have succeeded before; only on a cluster. */
      'after?': 'ints',
      'copies_keys?': 'bool',
      /** Absent if they could not be counted in the time of the request. */
      'leases?': 'int',
    },
  ],
  /** Present if the run is to change policies: of each, its text before and after all moves. */
  'policy_changes?': POLICY_CHANGES,
  /** The rules that stay as they are and would no longer match, each once, with one mount that it would miss. */
  'policies?': [AFFECTED_RULE],
  /** How many more such rules there are in policies that the caller may not read, by the path of their namespace. */
  'hidden_policy_rules?': { '*': 'int' },
  /** What is different on a cluster, in words. */
  'remarks?': 'list',
  problems: [{ row: 'int', from: 'string', to: 'string', message: 'string' }],
} as const satisfies Shape;

export type PlanInfo = Wire<typeof RUN_PLAN>;
