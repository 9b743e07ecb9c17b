/** The answers of the endpoints about migrations: their shapes, and the types derived from them. Clients import the types. */

import type { OneOf, Shape, Wire } from '../http/shape.ts';
import { CLUSTER_INFO } from './clusterInfo.ts';

/** Why something failed; null if it did not. */
export const ERROR = [{ code: 'string', message: 'string' }, null] as const satisfies Shape;

export const REQUESTER = {
  display_name: 'string',
  accessor: 'string',
  namespace: 'string',
} as const satisfies Shape;

/** What a migration, or a run of many, has done with policies. */
export const POLICY_INFO = {
  mode: 'string' as OneOf<'add' | 'follow' | 'restore'>,
  /** With the version that each has since then. */
  changed: [{ namespace: 'string', policy: 'string', version: 'int' }],
  left: [{ namespace: 'string', policy: 'string', reason: 'string' }],
  /** How many more there are that the token may not read, by the path of their namespace. */
  hidden: { '*': 'int' },
} as const satisfies Shape;

export type PolicyInfo = Wire<typeof POLICY_INFO>;

/** The alias that a migration leaves at its source. */
const ALIAS_LEFT = {
  /** Seconds that were asked for. */
  ttl: 'int',
  /** Null before the switch. */
  end_time: ['string', null],
  /** What the latest daily look has found; null for no use. */
  last_used_time: ['string', null],
  /** Null as long as it answers. */
  ended_time: ['string', null],
} as const satisfies Shape;

/** The `migration_info` of contract §1.5, with the fields that only this service has. */
const MIGRATION_INFO = {
  source_mount: 'string',
  target_mount: 'string',
  /** The beginnings of these paths that are namespaces; empty for the root namespace. */
  source_namespace: 'string',
  target_namespace: 'string',
  status: 'string' as OneOf<'in-progress' | 'success' | 'failure'>,
  phase: 'string' as OneOf<
    | 'accepted'
    | 'switched'
    | 'revoking'
    | 'draining'
    | 'moving'
    | 'tainted'
    | 'verifying'
    | 'propagating'
    | 'reverting'
    | 'done'
  >,
  /** What the mount issues, and the progress counts. */
  revokes: 'string' as OneOf<'leases' | 'tokens'>,
  progress: { leases_total: ['int', null], leases_revoked: 'int', leases_irrevocable: 'int' },
  error: ERROR,
  created_time: 'string',
  switched_time: ['string', null],
  finished_time: ['string', null],
  requested_by: REQUESTER,
  reason: ['string', null],
  undo_of: ['string', null],
  bulk_id: ['string', null],
  /** Present if the move was to change policies. */
  'policies?': POLICY_INFO,
  /** Present if the move was to leave an alias. */
  'alias?': ALIAS_LEFT,
  'cluster?': CLUSTER_INFO,
} as const satisfies Shape;

export type MigrationInfo = Wire<typeof MIGRATION_INFO>;

export const STATUS = { migration_id: 'string', migration_info: MIGRATION_INFO } as const satisfies Shape;

export type MigrationStatus = Wire<typeof STATUS>;

export const LISTED = { keys: 'list', key_info: { '*': MIGRATION_INFO } } as const satisfies Shape;

/** The answer to an accepted move, and to a dry run of a move that is already in progress. */
export const STARTED = { migration_id: 'string', 'dry_run?': 'bool' } as const satisfies Shape;

export type Started = Wire<typeof STARTED>;

export const AFFECTED_RULE = {
  /** Path of the namespace that has the policy. */
  namespace: 'string',
  policy: 'string',
  /** As written in the policy, relative to that namespace. */
  path: 'string',
  capabilities: 'list',
  /** The path that would replace it, and the namespace whose policies can contain it. */
  replacement: { namespace: 'string', path: 'string' },
  /** Why the move would not change it; absent if it would, or if it is to change none. */
  'left_because?': 'string',
} as const satisfies Shape;

export type AffectedRule = Wire<typeof AFFECTED_RULE>;

/** What a move would do with policies. */
export const POLICY_CHANGES = {
  /** Those that the caller may read. */
  changes: [{ namespace: 'string', policy: 'string', before: 'string', after: 'string' }],
  /** Those that an undo would not restore. */
  left: [{ namespace: 'string', policy: 'string', reason: 'string' }],
  /** How many more there are, by the path of their namespace. */
  hidden: { '*': 'int' },
} as const satisfies Shape;

/** What would become of an alias that the mount has already. */
export const PLANNED_ALIAS = {
  /** Empty where the old path is outside the namespace of the request. */
  source_mount: 'string',
  source_namespace: 'string',
  /** The migration that has left it. */
  migration_id: 'string',
  /** It leads to the target from the switch on, or ends with that, because the mount comes back to it. */
  outcome: 'string' as OneOf<'follows' | 'ends'>,
  /** When it stops answering; null for one that ends with the switch. */
  end_time: ['string', null],
} as const satisfies Shape;

export type PlannedAlias = Wire<typeof PLANNED_ALIAS>;

/** What a dry run adds for a mount of a cluster. */
const CLUSTER_PREVIEW = {
  /** Whether the cluster refuses all requests to the mount after an earlier move that failed. */
  tainted: 'bool',
  copies_keys: 'bool',
  /** How many; `null` if nothing is copied, or they may not be listed. */
  keys: ['int', null],
  remarks: 'list',
} as const satisfies Shape;

export type ClusterPreview = Wire<typeof CLUSTER_PREVIEW>;

/** The answer to a dry run. */
export const PREVIEW = {
  dry_run: 'bool',
  source_mount: 'string',
  target_mount: 'string',
  type: 'string',
  accessor: 'string',
  uuid: 'string',
  namespaces_crossed: 'bool',
  source_namespace: 'string',
  target_namespace: 'string',
  revokes: {
    kind: 'string' as OneOf<'leases' | 'tokens'>,
    total: 'int',
    /** Empty for a caller who may not list the leases of the mount. */
    by_role: { '*': 'int' },
    complete: 'bool',
  },
  /** Those of policies that the caller may read. */
  policies: [AFFECTED_RULE],
  /** How many rules of other policies would no longer match, by the path of their namespace. */
  hidden_policy_rules: { '*': 'int' },
  /** Present if the move is to change policies. */
  'policy_changes?': POLICY_CHANGES,
  /** Present if the move is to leave an alias: the path that it has, and for how long it answers from the switch on. */
  'alias?': { path: 'string', ttl: 'duration' },
  /** Present if the mount has aliases already. */
  'aliases?': [PLANNED_ALIAS],
  estimate: { state_transitions: 'int', seconds: 'int' },
  'cluster?': CLUSTER_PREVIEW,
} as const satisfies Shape;

export type Preview = Wire<typeof PREVIEW>;

/** The answer to an accepted undo. */
export const UNDO_STARTED = { ...STARTED, undo_of: 'string' } as const satisfies Shape;

/** The answer to a dry run of an undo: the plan of the move back. */
export const UNDO_PREVIEW = { ...PREVIEW, undo_of: 'string' } as const satisfies Shape;

/** An old path that still answers. */
const ALIAS_INFO = {
  /** Empty where the old path is outside the namespace of the request. */
  source_mount: 'string',
  source_namespace: 'string',
  /** Empty where the mount is outside the namespace of the request. */
  target_mount: 'string',
  target_namespace: 'string',
  /** The migration that has left it. */
  migration_id: 'string',
  created_time: 'string',
  end_time: 'string',
  /** Seconds that are left. */
  ttl: 'duration',
  /** How many callers of late, of all namespaces; at least, if they are not complete. */
  callers_total: 'int',
  callers_complete: 'bool',
  last_used_time: ['string', null],
} as const satisfies Shape;

export type AliasInfo = Wire<typeof ALIAS_INFO>;

/** By their paths, relative to the namespace of the request; those outside it by the migrations that have left them. */
export const ALIASES = { keys: 'list', key_info: { '*': ALIAS_INFO } } as const satisfies Shape;

export type AliasList = Wire<typeof ALIASES>;

const ALIAS_CALLER = {
  display_name: 'string',
  /** Of its token. */
  namespace: 'string',
  /** The path that has created its token, relative to that namespace. */
  login_path: 'string',
  /** Of the auth method that it has logged in at; empty where that is gone. */
  mount_accessor: 'string',
  first_time: 'string',
  last_time: 'string',
  /** The least that there were: uses are sampled. */
  count: 'int',
} as const satisfies Shape;

export type AliasCallerInfo = Wire<typeof ALIAS_CALLER>;

export const ALIAS = {
  ...ALIAS_INFO,
  /** The latest thousand, the latest first. */
  callers: [ALIAS_CALLER],
  /** How many of them have tokens of namespaces above that of the token. */
  hidden_callers: 'int',
} as const satisfies Shape;

export type AliasDetails = Wire<typeof ALIAS>;

/** What a look after a move has found. */
export const VERIFICATION = {
  migration_id: 'string',
  source_mount: 'string',
  target_mount: 'string',
  /** Whether requests to the target reach the mount, and if not, why. */
  target: { reachable: 'bool', problem: ['string', null] },
  /** The mount that answers requests to the source now, and the migration that has put it there. */
  source: {
    free: 'bool',
    mount: ['string', null],
    accessor: ['string', null],
    moved_by: ['string', null],
    /** Present if the source is an alias: when it stops answering. `mount` is where it leads to, unless that is outside. */
    'answers_until?': 'string',
  },
  /** The rules that name the source and do not match the target, of policies that the caller may read. */
  policies: [AFFECTED_RULE],
  /** How many such rules other policies have, by the path of their namespace. */
  hidden_policy_rules: { '*': 'int' },
} as const satisfies Shape;

export type Verification = Wire<typeof VERIFICATION>;

/** The leases that could not be revoked. */
export const IRREVOCABLE = {
  keys: 'list',
  key_info: { '*': { reason: 'string', time: 'string' } },
  /** How many there are between these that were issued outside the namespace of the request, or that the token may not list. */
  hidden_leases: 'int',
} as const satisfies Shape;

export type IrrevocableList = Wire<typeof IRREVOCABLE>;

/** The result of another attempt to revoke them. */
export const RETRIED = {
  migration_id: 'string',
  leases_revoked: 'int',
  leases_irrevocable: 'int',
} as const satisfies Shape;

export type RetriedLeases = Wire<typeof RETRIED>;
