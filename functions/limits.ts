/** All limits of the service. docs/limits.md lists them for users. */

/** Bytes of a mount path or namespace path. DynamoDB's sort keys have at most 1,024 bytes. */
export const MAX_MOUNT_PATH_BYTES = 512;
/** Segments of a mount path. */
export const MAX_MOUNT_DEPTH = 32;
/** Bytes of a mount or namespace with all its settings. Every request reads one. */
export const MAX_TREE_ENTRY_BYTES = 32_000;
/** Namespaces nested in each other. */
export const MAX_NAMESPACE_DEPTH = 16;
/** Bytes of an engine's own key, such as the path of a secret in its mount. */
export const MAX_STORAGE_KEY_BYTES = 900;
/** Bytes of one stored value. A DynamoDB item has at most 400 KB, and its other attributes need space, too. */
export const MAX_VALUE_BYTES = 380_000;
/** Bytes of a wrapped answer: enough for the largest value, and small enough for a DynamoDB item. */
export const MAX_WRAPPED_BYTES = 395_000;
/** Versions of a kv secret. The metadata of all versions are in one item. */
export const MAX_SECRET_VERSIONS = 10_000;
/** Seconds of the longest duration that Vault can express. */
export const MAX_DURATION_S = 9_223_372_036;
/** Bytes of a request body. API Gateway passes at most 6 MB to a function, in base64. */
export const MAX_BODY_BYTES = 4_500_000;
/** Bytes of an answer, as a string in JSON. Lambda returns at most 6 MB, headers included. */
export const MAX_ANSWER_BYTES = 6_000_000;
/** Entries of a field that is a list, as an array or as one text with commas: as many as a secret has versions. */
export const MAX_FIELD_ENTRIES = 10_000;
/** Strings in a JSON body, keys included (contract §2.4). */
export const MAX_JSON_STRINGS = 1_000;
/** Characters from which a field name is long enough for one wrong letter, and for two, to be seen as a misspelling. */
export const SHORTEST_MISSPELT_NAME = 5;
export const LONG_FIELD_NAME = 8;
/** Letters in which a path may differ from a namespace and still be seen as its misspelling; a third of a short name. */
export const NAMESPACE_TYPO_LETTERS = 2;
/** Warnings of a plan about namespaces. */
export const MAX_NAMESPACE_TYPOS = 20;
/** Characters of a field name that are compared with known names. */
export const LONGEST_MISSPELT_NAME = 32;
/**
 * Values in a JSON body, of all kinds, however many of them are strings: each comma and each opening bracket counts as one.
 * A plan of `MAX_BULK_MOVES` with its conditions has 40,000.
 */
export const MAX_JSON_VALUES = 70_000;
/** Levels of a JSON body. */
export const MAX_JSON_DEPTH = 300;
/** Fields of a form, repeated ones included; the limit of Go's parser. */
export const MAX_FORM_FIELDS = 10_000;
/** Bytes of a policy's text. */
export const MAX_POLICY_BYTES = 100_000;
/** Policies of one token. */
export const MAX_TOKEN_POLICIES = 50;
/**
 * Steps of the searches for the rules of all paths of one request. A path takes at most some hundreds, unless many rules
 * differ only in which of their segments are `+`.
 */
export const MAX_RULE_STEPS = 10_000_000;
/** Values that a request sends × values that rules name for the same parameters: 10,000 moves, each with two paths, × 100. */
export const MAX_VALUE_STEPS = 2_000_000;
/** Bytes of the name of a user, role or policy, which is part of a key, and of the display name of a token. */
export const MAX_NAME_BYTES = 512;
/** Bytes of a user, role or secret-id, and of a token's metadata. A token's item of at most 400 KB contains parts of two of them. */
export const MAX_RECORD_BYTES = 128_000;
/** Bytes of a password. bcrypt ignores all further bytes. */
export const MAX_PASSWORD_BYTES = 72;
/** Least cost of a bcrypt hash that a client supplies. */
export const MIN_BCRYPT_COST = 5;
/** Greatest cost of a bcrypt hash that a client supplies. Each step doubles the time of a login. */
export const MAX_BCRYPT_COST = 12;
/** Wrong passwords that lock a user, unless the mount sets another number (contract §8.1). */
export const LOCKOUT_FAILURES = 5;
/** Seconds after the last wrong password for which a user is locked, and after which the count restarts. */
export const LOCKOUT_S = 15 * 60;
/** Roles that may allow any address. One transaction of at most 100 writes checks all of them. */
export const MAX_ZERO_ADDRESS_ROLES = 90;
/** Ancestors of a token. */
export const MAX_TOKEN_DEPTH = 32;

/** Default and maximum life of any lease, in seconds: 768 hours, as in Vault. */
export const SYSTEM_MAX_TTL_S = 2_764_800;

/** Shards of a mount's leases. One DynamoDB partition takes 1,000 writes per second. */
export const LEASE_SHARDS = 16;
/** Shards of a token's children. */
export const CHILD_SHARDS = 4;
/** Marks of a deleted or locked namespace. A switch into it, out of it or below it depends on one of them. */
export const NAMESPACE_MARKS = 16;
/** Shards of the index of open migrations. */
export const OPEN_SHARDS = 4;

/** The longest time for which an alias answers, in seconds: 90 days. It can be renewed. */
export const MAX_ALIAS_S = 90 * 86_400;
/** Aliases of one mount, and segments of their paths: one transaction removes all of them with the mount. */
export const MAX_ALIASES = 4;
export const MAX_ALIAS_DEPTH = 16;
/** An alias is looked at so often, and so long before its end. */
export const A_DAY_MS = 86_400_000;
/** How often one process of the service writes down that a caller has used an alias. */
export const ALIAS_USE_MS = 60_000;
/** Looks at an alias whose mount moves meanwhile, before the request is begun anew. */
export const MAX_ALIAS_LOOKS = 3;
/** A caller of an alias is remembered for so long after its last use, in seconds: 180 days, so also one that comes each quarter. */
export const ALIAS_CALLER_S = 180 * 86_400;
/** Callers of an alias that are counted; those that are shown, the latest, and that one process of the service keeps in mind. */
export const MAX_COUNTED_CALLERS = 10_000;
export const MAX_ALIAS_CALLERS = 1_000;

/** A migration that could not switch within this time fails (architecture §5). */
export const SWITCH_DEADLINE_MS = 15 * 60_000;
/** A repeated POST returns the migration that moved the mount there within this time (architecture §5). */
export const REPEAT_WINDOW_MS = 10 * 60_000;
/** How long queries may see half of a transaction. AWS documents no number; tens of milliseconds were measured. */
export const SETTLE_MS = 100;
/** How long a write sent at the end of a request may take to arrive. */
export const ARRIVAL_MS = 2_000;
/** How long a migration may go without a heartbeat before it is restarted. */
export const OVERDUE_MS = 60_000;
/** The longest pause between two attempts after the switch. */
export const MAX_ATTEMPT_PAUSE_MS = 60 * 60_000;
/** Attempts after which a lease that cannot be revoked becomes irrevocable. */
export const MAX_REVOKE_ATTEMPTS = 24;
/** How long the record of an ended migration is kept, unless the deployment sets another time. */
export const DEFAULT_RETENTION_DAYS = 90;
/** The longest duration of a migration. Items that refer to its record are kept for this time longer. */
export const LONGEST_MIGRATION_S = 2 * 86_400;
/** How long an idempotency key is remembered. */
export const IDEMPOTENCY_RETENTION_S = 30 * 86_400;
/** Characters of an idempotency key. */
export const MAX_IDEMPOTENCY_KEY_LENGTH = 255;
/** Bytes of the reason given for a migration. */
export const MAX_REASON_BYTES = 1_024;

/** Writes in the transaction of a switch that are neither of forks nor of policies: mounts, marks, the migration. */
export const RESERVED_SWITCH_WRITES = 40;
/** Bytes of the policies that a switch writes. A transaction of DynamoDB has at most 4 MB. */
export const MAX_SWITCH_POLICY_BYTES = 3_000_000;
/** Bytes in the record of a migration that take its changes of policies back; an item has at most 400 kB. */
export const MAX_POLICY_UNDO_BYTES = 100_000;

/** Migrations that one list request reads. Beyond that, the list is incomplete and has a warning. */
export const MAX_LISTED_MIGRATIONS = 10_000;
/** Bytes of the migrations in one list, as a string in JSON: at least seven thousand of usual length. */
export const MAX_LISTED_BYTES = 5_000_000;

/** Policies that one bulk run changes, and the bytes of their new texts together. A plan has each text before and after. */
export const MAX_RUN_POLICIES = 1_000;
export const MAX_RUN_POLICY_BYTES = 1_000_000;

/** Moves of one bulk run. */
export const MAX_BULK_MOVES = 10_000;
/** Reads of mounts by the prefixes that rules begin with; with more prefixes, all mounts of the namespace are read. */
export const MAX_PREFIX_READS = 200;
/** Strings in the JSON body of a bulk run: three names and three values for each move, and room for the rest. */
export const MAX_BULK_JSON_STRINGS = 6 * MAX_BULK_MOVES + MAX_JSON_STRINGS;
/** Tries of a change that other writes overtake. Each try fails only because another write has succeeded. */
export const MAX_CONTENDED_TRIES = 50;
/** Writes of one transaction, by DynamoDB's limit. */
export const MAX_TRANSACTION_WRITES = 100;
/** Characters of one record of a CSV text: two paths, and room for columns that are not read. */
export const MAX_CSV_RECORD = 32_000;
/** Independent moves of a bulk run that are packed into one transaction. */
export const PACKED_MOVES = 20;
/** Moves in one chunk of a bulk run, unless more of them depend on each other. */
export const CHUNK_MOVES = 100;
/** Chunks that run in parallel: the default, and the maximum that a request may ask for. */
export const DEFAULT_BULK_CONCURRENCY = 10;
export const MAX_BULK_CONCURRENCY = 40;
/** The default for the mounts of a cluster. Each chunk makes one move at a time, and drains a mount for it. */
export const DEFAULT_CLUSTER_CONCURRENCY = 2;
/** Chunks of a run on a cluster for each of those that run in parallel, so that none is left with much alone. */
export const CLUSTER_CHUNKS_EACH = 4;
/** Executions of a bulk run after which the rest of the run is given up. */
export const MAX_BULK_ATTEMPTS = 100;
/** How often one execution checks whether all leases are revoked, and the longest pause between checks. */
export const MAX_BULK_LOOKS = 60;
export const MAX_BULK_PAUSE_S = 60;
/** The longest duration of a bulk run. Its rows are kept for this time longer than the retention of ended runs. */
export const LONGEST_BULK_S = 30 * 86_400;
/** Entries in one list of bulk runs, or of the moves of a run. */
export const MAX_BULK_PAGE = 1_000;
/** Bytes of a report. The answer needs space for its escaped quotes and line breaks, too. */
export const MAX_REPORT_BYTES = 5_000_000;

/** Days after which a schedule must end. It can be renewed. */
export const MAX_SCHEDULE_DAYS = 90;
/** Schedules of one namespace. */
export const MAX_SCHEDULES = 100;
/** Characters of a schedule's name. Its name in EventBridge Scheduler contains the id of the namespace, too. */
export const MAX_SCHEDULE_NAME_LENGTH = 57;
/** Characters of the expression that says when a schedule runs, by EventBridge Scheduler's limit. */
export const MAX_EXPRESSION_LENGTH = 256;
/** Bytes of the moves or rules of a schedule. */
export const MAX_SCHEDULE_BYTES = 128_000;

/** The service holds the status of a migration that is younger than this (architecture §5). */
export const HOLD_YOUNGER_THAN_MS = 5_000;
/** The longest time for which a status is held, and how often it is read meanwhile. */
export const HOLD_MS = 2_000;
export const HOLD_LOOKS = 12;

/**
 * The longest time for which the answer to the start of a migration waits for its switch, and the first pause between two
 * reads meanwhile; each further pause is half as long as all before it.
 */
export const HOLD_START_MS = 1_000;
export const FIRST_HOLD_PAUSE_MS = 3;

/** Leases that one list request reads. Beyond that, the list is incomplete and has a warning. */
export const MAX_LISTED_LEASES = 10_000;
/** Share of the longest life of a request after which bulk work stops and asks the client to repeat the request. */
export const BULK_WORK_SHARE = 0.7;

/** Characters of a duration in a request. */
export const MAX_DURATION_LENGTH = 64;
/** Seconds after which a client should ask for the status: most migrations have ended by then. */
export const STATUS_RETRY_AFTER_S = 1;
/** Bytes that `sys/tools/random` returns; Vault's limit. */
export const MAX_RANDOM_BYTES = 131_072;
/** Stack frames of an unexpected error that are logged. */
export const MAX_STACK_FRAMES = 10;
/** Characters of an accessor in a request; nothing longer is looked up. */
export const MAX_ACCESSOR_LENGTH = 100;

/** Levels of nested blocks, objects and lists in a policy; a label counts as a level. */
export const MAX_HCL_DEPTH = 20;
/** Bytes of a policy's rules as JSON: they share a DynamoDB item of 400 KB with its text. */
export const MAX_COMPILED_POLICY_BYTES = 250_000;

/** Cost of the bcrypt hash of a new password. */
export const BCRYPT_COST = 10;
/** Versions that a secret keeps when neither the secret nor its mount sets a number. */
export const DEFAULT_SECRET_VERSIONS = 10;
/** Values that one change of a secret removes: the rest of its 100 writes are for the change itself. */
export const MAX_REMOVED_VERSIONS = 90;
/** Keys of a secret's custom metadata; the bytes of a key and of its value. */
export const MAX_CUSTOM_METADATA_KEYS = 64;
export const MAX_CUSTOM_METADATA_KEY_BYTES = 128;
export const MAX_CUSTOM_METADATA_VALUE_BYTES = 512;
/** Keys that a listing reads before it skips the rest of a sub-directory. */
export const KV_LIST_BATCH = 1_000;

/** Calls to the store that one request or step has under way at once. */
export const CALLS_AT_ONCE = 16;
/** Bytes of DynamoDB's longest sort key; no lease has a longer path inside its mount. */
export const MAX_SORT_KEY_BYTES = 1_024;
/** Bytes of the random last segment of a lease's path: `/h`, 24 characters, a dot and the id of a namespace. */
export const LEASE_NAME_BYTES = 33;
/** Seconds after its expiry at which DynamoDB may remove an item that the code already treats as expired. */
export const CLEANUP_AFTER_S = 86_400;
/** Reads of a list until two in a row agree; only a namespace that changes all the time needs them all. */
export const MAX_SETTLE_READS = 5;

/** Leases read in one page: few enough that a request for one of them waits milliseconds. */
export const LEASE_PAGE = 200;
/**
 * Pages of a shard that its revocation keeps from the count: they need no second read, and have a few MB. In a mount with
 * up to about 32,000 leases, which the shards share evenly, these are all.
 */
export const MAX_KEPT_PAGES = 10;
/** Leases that one batch revokes. */
export const REVOKE_BATCH = 100;
/** How often a step that revokes adds its number to the record of the migration. Each step of a migration does. */
export const PROGRESS_EVERY_MS = 1_000;
/** Roles that a count of leases lists by name; leases of further roles are counted as `other`. */
export const MAX_COUNTED_ROLES = 100;
/** The longest time that the revocation spends on counting what it has to revoke. */
export const MAX_COUNT_MS = 3_000;

/** Migrations that a listing reads at a time: DynamoDB reads at most 100 items in one batch. */
export const LISTING_BATCH = 100;
/** Records of one shard that one run of the reconciler handles; the next run handles more. */
export const RECONCILED_PER_SHARD = 250;
/** Rows of a bulk run in one item, and their bytes: an item of DynamoDB has at most 400 KB. */
export const BULK_ROWS_PER_ITEM = 100;
export const BULK_BYTES_PER_ITEM = 300_000;
/** Rows of a report whose migrations are read at a time. */
export const REPORT_BATCH = 1_000;
/** Events in one call to the bus, and their bytes: less than EventBridge's 256 KB, which include more than the details. */
export const EVENTS_PER_CALL = 10;
export const MAX_EVENT_BYTES = 250_000;
/** Bytes of the reason that a schedule keeps for a run that was refused. A refusal may name each of 10,000 rows. */
export const MAX_KEPT_ERROR_BYTES = 10_000;
/** Bytes of the names of fields in a warning. */
export const MAX_WARNED_BYTES = 10_000;
/** Seconds between two checks of a namespace whose mounts are being removed. */
export const TEARDOWN_PAUSE_S = 1;

/** Timeout of a single call, so that a retry still fits into the life of a request. */
export const CALL_TIMEOUT_MS = 3_000;
export const CONNECT_TIMEOUT_MS = 1_000;
/** Tries of a call that conflicts or is throttled. The pauses add up to about two seconds. */
export const MAX_CALL_TRIES = 9;
export const FIRST_RETRY_PAUSE_MS = 10;
export const MAX_RETRY_PAUSE_MS = 500;
/** Keys of one BatchGetItem and of one BatchWriteItem, by DynamoDB's limits. */
export const MAX_BATCH_READS = 100;
export const MAX_BATCH_WRITES = 25;
/**
 * Batches written in parallel: a hundred items, which one partition takes in a tenth of a second. More would be
 * throttled while sixteen shards are removed, and would slow down other writers.
 */
export const BATCHES_AT_ONCE = 4;
/** How long EventBridge Scheduler retries if Lambda does not take the call, and how often. */
export const WAKE_RETRY_S = 3_600;
export const WAKE_RETRIES = 10;
/** Time for the last page, with every retry of the store. */
export const STEP_MARGIN_MS = 20_000;
/** A step ends early and is invoked again, so that the reconciler soon notices one that died. */
export const STEP_SLICE_MS = 60_000;

/** The longest time for one call to a cluster, its repetitions included. */
export const CLUSTER_CALL_MS = 8_000;
/**
 * The longest time for a call that lets an engine work, such as a revocation. Engines queue: that for PostgreSQL revokes
 * one lease of a connection at a time.
 */
export const CLUSTER_WORK_MS = 60_000;
/** The longest time for which a node is asked which node is active, and for which its answer is believed. */
export const CLUSTER_LEADER_MS = 2_000;
export const CLUSTER_LEADER_LIFE_MS = 1_000;
/** After this time a node that has become active has heard of all others: they call it every five seconds. */
export const CLUSTER_SETTLE_MS = 10_000;
/** Tries of a call to a cluster that may be repeated, and the first and the longest pause between two of them. */
export const MAX_CLUSTER_TRIES = 5;
export const FIRST_CLUSTER_PAUSE_MS = 50;
export const MAX_CLUSTER_PAUSE_MS = 1_000;
/** Connections to one node of a cluster. */
export const CLUSTER_CONNECTIONS = 64;
/** Bytes of an answer of a cluster: about 700,000 leases of one role. */
export const MAX_CLUSTER_ANSWER_BYTES = 32_000_000;
/** Characters of a cluster's own words in an error. */
export const MAX_CLUSTER_WORDS = 1_000;
/** Characters of a token that is hidden in such words. A shorter one, such as `root`, is part of other words. */
export const MIN_HIDDEN_LENGTH = 16;
/** How long before its end a token of the service is replaced, and how old one must be that is replaced when refused. */
export const LOGIN_MARGIN_MS = 60_000;
export const LOGIN_PAUSE_MS = 10_000;
/** Lists that are read to count the keys of a kv mount. A mount with more is not counted. */
export const MAX_KEY_LISTS = 2_000;

/** Policies that one move on a cluster changes: its record has each of them. */
export const MAX_CLUSTER_POLICIES = 100;
/** Tries to write a policy of a cluster that others write at the same time. */
export const MAX_POLICY_TRIES = 5;

/** Leases of a cluster that are revoked at the same time: the default, and the maximum that a request may ask for. */
export const DEFAULT_DRAIN_CONCURRENCY = 16;
export const MAX_DRAIN_CONCURRENCY = 64;
/** Seconds for which a cluster may refuse requests to a mount that it moves: the default, and the maximum. */
export const DEFAULT_MAX_REFUSAL_S = 5;
export const MAX_REFUSAL_S = 3_600;
/** Drains of a secrets engine before its move. Of an auth method one: after each drain, its clients log in again. */
export const MAX_DRAIN_ROUNDS = 3;
/** Tries of one lease before it counts as one that cannot be revoked. */
export const MAX_REVOKE_TRIES = 3;
/** The pause before a lease is tried again; each further one is twice as long. */
export const FIRST_REVOKE_PAUSE_MS = 250;
/** Posts of a move after which the mount is still at its source. */
export const MAX_MOVE_POSTS = 3;
/** For how long a step may work on a migration of a cluster before it has to say that it still does. */
export const STEP_HOLD_MS = 30_000;
/** How often a step says so. */
export const STEP_HEARTBEAT_MS = 5_000;
/** How often in a row, and for how long, a mount must be seen where a migration ends. */
export const SEEN_TIMES = 3;
export const SEEN_MS = 5_000;
/** The first and the longest pause between two looks at a move that a cluster makes. Most take a few milliseconds. */
export const FIRST_LOOK_MS = 25;
export const MAX_LOOK_MS = 10_000;
/** Between two tries to be the next of the moves that a cluster must make one after the other. */
export const TURN_PAUSE_MS = 200;
/** The longest pause between two tries of a move that has left the mount tainted, and between two looks at stale nodes. */
export const MAX_TAINTED_PAUSE_MS = 10 * 60_000;
/** Revocations without trouble after which one more is done at the same time. */
export const GOOD_REVOCATIONS = 32;
/** A revocation that takes so many times as long as the first one shows a cluster that cannot keep up. */
export const SLOW_REVOCATION = 3;
/** A shorter revocation counts as one of this length: its duration says little. */
export const LEAST_REVOCATION_MS = 50;
/** A pause up to this one is spent within a step: a shorter one is not worth an invocation. */
export const PAUSE_WITHIN_STEP_MS = 3_000;
/** Between two changes of the leader: a node that gave up its role takes no part for ten seconds. */
export const STEP_DOWN_PAUSE_MS = 12_000;
/** Changes of the leader for one migration. The role may go back and forth between two nodes of three. */
export const MAX_STEP_DOWNS = 6;
/** The first and the longest pause between two tries to reach a cluster that does not answer. */
export const FIRST_UNANSWERED_PAUSE_MS = 500;
export const MAX_UNANSWERED_PAUSE_MS = 2 * 60_000;
/** For how long a migration waits for a cluster that does not answer, a tainted mount or stale nodes. */
export const CLUSTER_PATIENCE_MS = 24 * 60 * 60_000;
/** Looks of one execution of a workflow; the next execution goes on. A workflow has at most 25,000 events. */
export const MAX_CLUSTER_LOOKS = 1_000;
