/**
 * Every limit of `functions/limits.ts`: a request at the limit succeeds, a request one above it is refused and writes
 * nothing. The table must name every limit, or it does not compile.
 */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as limits from '../../functions/limits.ts';
import { vaultApi } from '../../functions/vaultApi.ts';
import { type Answer, type Caller, caller } from '../support/call.ts';
import { placeMount } from '../support/place.ts';
import { readTables } from '../support/tables.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { rootToken } from '../support/tokens.ts';
import { wrapper } from '../support/world.ts';

const DAY_MS = 86_400_000;

let deps: TestDeps;
let root: string;
let call: Caller;
beforeAll(async () => {
  deps = await testDeps();
  root = await rootToken(deps);
  call = caller(deps, vaultApi, root);
  for (const path of ['plain/', 'versioned/', 'ssh/', 'auth/people/', 'idle/', 'other/']) {
    const type = path === 'ssh/' ? 'ssh' : path.startsWith('auth/') ? 'userpass' : 'kv';
    await placeMount(deps, path, { type, options: path === 'versioned/' ? { version: '2' } : {} });
  }
});
afterAll(() => deps.stop());

interface Refused {
  /** Prepares the request. What it writes is not checked. */
  ready?(by: 0 | 1): Promise<unknown>;
  /** A request at the limit, or `by` above it. */
  ask(by: 0 | 1): Promise<Answer>;
  status: number;
  text: string;
}

type Proof =
  | Refused
  /** A test elsewhere that proves the limit, and a text in that file. */
  | { provenBy: [file: string, word: string] }
  /** Why no request can reach the limit. */
  | { inner: string };

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

const x = (length: number) => 'x'.repeat(length);
const post = (path: string, body?: unknown) => call('POST', path, { body });
const write = (path: string) => (body: (by: 0 | 1) => unknown) => (by: 0 | 1) => post(path, body(by));

/** A body of exactly that many bytes, filled up by its one value. */
function sized(bytes: number, [before, after]: [string, string] = ['{"a":"', '"}']): string {
  return before + x(bytes - before.length - after.length) + after;
}

/** The path of the innermost of that many nested namespaces. */
const innermost = (depth: number) => 'n/'.repeat(depth);

async function nest(depth: number): Promise<void> {
  for (let i = 0; i < depth; i++) await call('POST', 'sys/namespaces/n', { namespace: innermost(i) });
}

/** The last of a chain of child tokens that begins with the root token. */
let lastToken = '';

async function chain(length: number): Promise<void> {
  lastToken = root;
  for (let i = 0; i < length; i++)
    lastToken = (await call('POST', 'auth/token/create', { token: lastToken, body: {} })).body.auth
      .client_token;
}

function schedule(name: string, more: object = {}, namespace = ''): Promise<Answer> {
  const end = new Date(deps.clock.now() + DAY_MS).toISOString();
  const moves = [{ from: 'idle', to: 'elsewhere' }];
  const body = { schedule: 'cron(0 3 * * ? *)', end, moves, ...more };
  return call('POST', `sys/remount/schedules/${name}`, { body, namespace });
}

const hashOfCost = (cost: number) =>
  `$2b$${`${cost}`.padStart(2, '0')}$1c4gt6bcflFT.55ug3aJReaQ8WNjylf/KFX7.E0VOaUo7G0LNpBHW`;

const roles = (count: number) => Array.from({ length: count }, (_, i) => `r${i}`);

const move = (more: object) => post('sys/remount', { from: 'idle', to: 'gone', dry_run: true, ...more });
const bulk = (more: object) =>
  post('sys/remount/bulk', { moves: [{ from: 'idle', to: 'gone' }], dry_run: true, ...more });
const user = (name: string, more: object) => post(`auth/people/users/${name}`, more);

/** A list reads items up to the limit, and ends with a warning. */
const cut = (word: string): Proof => ({ provenBy: ['abuse/listings.deep.test.ts', word] });

const customMetadata = (of: (by: 0 | 1) => Record<string, string>) => (by: 0 | 1) =>
  post('versioned/metadata/described', { custom_metadata: of(by) });

const TABLE: Record<keyof typeof limits, Proof> = {
  MAX_MOUNT_PATH_BYTES: {
    ask: (by) => post(`sys/mounts/${x(limits.MAX_MOUNT_PATH_BYTES - 1 + by)}`, { type: 'kv' }),
    status: 400,
    text: 'invalid mount path: path is longer than 512 bytes',
  },
  MAX_MOUNT_DEPTH: {
    ask: (by) =>
      post(
        `sys/mounts/${Array(limits.MAX_MOUNT_DEPTH + by)
          .fill('deep')
          .join('/')}`,
        { type: 'kv' },
      ),
    status: 400,
    text: 'invalid mount path: path has more than 32 segments',
  },
  MAX_TREE_ENTRY_BYTES: {
    // The other settings take a few hundred bytes.
    ask: (by) =>
      post(`sys/mounts/large${by}`, {
        type: 'kv',
        description: x(limits.MAX_TREE_ENTRY_BYTES - 1_000 * (1 - by)),
      }),
    status: 413,
    text: 'the settings are longer than 32000 bytes',
  },
  MAX_NAMESPACE_DEPTH: {
    ready: (by) => nest(limits.MAX_NAMESPACE_DEPTH - 1 + by),
    ask: (by) =>
      call('POST', 'sys/namespaces/n', { namespace: innermost(limits.MAX_NAMESPACE_DEPTH - 1 + by) }),
    status: 400,
    text: 'namespaces nest at most 16 deep',
  },
  MAX_STORAGE_KEY_BYTES: {
    ask: (by) => post(`plain/${x(limits.MAX_STORAGE_KEY_BYTES + by)}`, { a: 1 }),
    status: 400,
    text: 'the path of a secret is at most 900 bytes long',
  },
  MAX_VALUE_BYTES: {
    ask: write('plain/value')((by) => sized(limits.MAX_VALUE_BYTES + by)),
    status: 413,
    text: 'a secret is at most 380000 bytes large',
  },
  MAX_WRAPPED_BYTES: {
    ask: (by) => {
      // The envelope around it takes about two hundred bytes.
      const body = sized(limits.MAX_WRAPPED_BYTES - 500 * (1 - by));
      return call('POST', 'sys/wrapping/wrap', { body, headers: { 'x-vault-wrap-ttl': '60' } });
    },
    status: 413,
    text: 'a wrapped response is at most 395000 bytes large',
  },
  MAX_SECRET_VERSIONS: {
    ask: write('versioned/config')((by) => ({ max_versions: limits.MAX_SECRET_VERSIONS + by })),
    status: 400,
    text: 'max_versions must be between 0 and 10000',
  },
  MAX_DURATION_S: {
    ask: write('versioned/config')((by) => ({
      delete_version_after: `${limits.MAX_DURATION_S + by}s`,
    })),
    status: 400,
    text: 'Field validation failed: error converting input for field "delete_version_after": time: invalid duration "9223372037s"',
  },
  MAX_BODY_BYTES: {
    ask: write('plain/body')((by) => `{"a":1}${' '.repeat(limits.MAX_BODY_BYTES - 7 + by)}`),
    status: 413,
    text: 'http: request body too large',
  },
  MAX_JSON_STRINGS: {
    ask: write('plain/strings')((by) => ({ a: Array(limits.MAX_JSON_STRINGS - 1 + by).fill('') })),
    status: 400,
    text: 'refused JSON input due to high complexity: exceeded maximum number of strings',
  },
  MAX_JSON_VALUES: {
    // The object and the list begin with a bracket each; all numbers but the first follow a comma.
    ask: write('plain/values')((by) => `{"a":[1${',1'.repeat(limits.MAX_JSON_VALUES - 2 + by)}]}`),
    status: 400,
    text: 'refused JSON input due to high complexity: exceeded maximum number of values',
  },
  MAX_FORM_FIELDS: {
    ask: (by) => {
      const body = Array.from({ length: limits.MAX_FORM_FIELDS + by }, (_, i) => `a${i}=b`).join('&');
      return call('POST', 'plain/form', { body, headers: FORM });
    },
    status: 400,
    text: 'error parsing form data',
  },
  MAX_FIELD_ENTRIES: {
    ask: write('sys/capabilities-self')((by) => ({ paths: 'a,'.repeat(limits.MAX_FIELD_ENTRIES - 1 + by) })),
    status: 400,
    text: 'Field validation failed: field "paths" has more than 10000 entries',
  },
  MAX_JSON_DEPTH: {
    ask: write('plain/levels')((by) => {
      const lists = limits.MAX_JSON_DEPTH - 1 + by;
      return `{"a":${'['.repeat(lists)}${']'.repeat(lists)}}`;
    }),
    status: 400,
    text: 'refused JSON input due to high complexity: exceeded maximum depth',
  },
  MAX_POLICY_BYTES: {
    ask: write('sys/policies/acl/long')((by) => ({ policy: `# ${x(limits.MAX_POLICY_BYTES - 2 + by)}` })),
    status: 413,
    text: 'a policy has at most 100000 bytes',
  },
  MAX_TOKEN_POLICIES: {
    ask: write('auth/token/create')((by) => ({
      policies: Array.from({ length: limits.MAX_TOKEN_POLICIES + by }, (_, i) => `p${i}`),
      no_default_policy: true,
    })),
    status: 400,
    text: 'a token has at most 50 policies',
  },
  MAX_VALUE_STEPS: { provenBy: ['policies/manyValues.test.ts', 'MAX_VALUE_STEPS'] },
  MAX_RULE_STEPS: { provenBy: ['policies/ruleSearch.test.ts', 'MAX_RULE_STEPS'] },
  MAX_NAME_BYTES: {
    ask: (by) => post(`sys/policies/acl/${x(limits.MAX_NAME_BYTES + by)}`, { policy: '#' }),
    status: 400,
    text: 'the name of a policy has at most 512 bytes',
  },
  MAX_RECORD_BYTES: {
    ask: write('auth/token/create')((by) => `{"meta":${sized(limits.MAX_RECORD_BYTES + by)}}`),
    status: 413,
    text: 'the metadata of a token is at most 128000 bytes large',
  },
  MAX_PASSWORD_BYTES: {
    ask: (by) => user('ann', { password: `${'ä'.repeat(limits.MAX_PASSWORD_BYTES / 2)}${x(by)}` }),
    status: 400,
    text: 'bcrypt: password length exceeds 72 bytes',
  },
  MIN_BCRYPT_COST: {
    ask: (by) => user('bob', { password_hash: hashOfCost(limits.MIN_BCRYPT_COST - by) }),
    status: 400,
    text: 'bcrypt cost of 4 is too low, want 5 at minimum',
  },
  MAX_BCRYPT_COST: {
    ask: (by) => user('bob', { password_hash: hashOfCost(limits.MAX_BCRYPT_COST + by) }),
    status: 400,
    text: 'bcrypt cost of 13 exceeds maximum cost of 12',
  },
  LOCKOUT_FAILURES: {
    provenBy: ['engines/userpass/badPasswords.test.ts', 'begins with the fifth bad password'],
  },
  LOCKOUT_S: { provenBy: ['engines/userpass/badPasswords.test.ts', 'ends after 15 minutes'] },
  MAX_ZERO_ADDRESS_ROLES: {
    async ready() {
      const role = { key_type: 'otp', default_user: 'u', cidr_list: '10.0.0.0/8' };
      for (const name of roles(limits.MAX_ZERO_ADDRESS_ROLES + 1)) await post(`ssh/roles/${name}`, role);
    },
    ask: (by) => post('ssh/config/zeroaddress', { roles: roles(limits.MAX_ZERO_ADDRESS_ROLES + by) }),
    status: 400,
    text: 'at most 90 roles may be allowed any address',
  },
  MAX_TOKEN_DEPTH: {
    ready: (by) => chain(limits.MAX_TOKEN_DEPTH - 1 + by),
    ask: () => call('POST', 'auth/token/create', { token: lastToken, body: {} }),
    status: 400,
    text: 'tokens nest at most 32 deep',
  },
  SYSTEM_MAX_TTL_S: { provenBy: ['credentials/newTokens.test.ts', '2_764_800'] },
  LEASE_SHARDS: { inner: 'it is how leases are spread' },
  CHILD_SHARDS: { inner: 'it is how children are spread' },
  NAMESPACE_MARKS: { inner: 'it is how switches into a deleted namespace are spread' },
  OPEN_SHARDS: { inner: 'it is how open migrations are spread' },
  SWITCH_DEADLINE_MS: { provenBy: ['remount/remount.test.ts', 'SWITCH_DEADLINE_MS'] },
  REPEAT_WINDOW_MS: { provenBy: ['faults/flows/move.ts', 'REPEAT_WINDOW_MS'] },
  SETTLE_MS: { provenBy: ['tree/routing.test.ts', 'SETTLE_MS'] },
  ARRIVAL_MS: { provenBy: ['remount/progress.test.ts', 'ARRIVAL_MS'] },
  OVERDUE_MS: { provenBy: ['remount/remount.test.ts', 'OVERDUE_MS'] },
  MAX_ATTEMPT_PAUSE_MS: { inner: 'it is the pace of the reconciler' },
  MAX_REVOKE_ATTEMPTS: { provenBy: ['remount/revocation.test.ts', 'MAX_REVOKE_ATTEMPTS'] },
  DEFAULT_RETENTION_DAYS: { inner: 'it is how long DynamoDB keeps what has ended' },
  LONGEST_MIGRATION_S: { inner: 'it is how long DynamoDB keeps what has ended' },
  IDEMPOTENCY_RETENTION_S: { provenBy: ['remount/idempotency.test.ts', 'IDEMPOTENCY_RETENTION_S'] },
  MAX_IDEMPOTENCY_KEY_LENGTH: {
    ask: (by) =>
      move({ dry_run: false, to: `key${by}`, idempotency_key: x(limits.MAX_IDEMPOTENCY_KEY_LENGTH + by) }),
    status: 400,
    text: 'an idempotency key is a text of 1 to 255 characters',
  },
  MAX_REASON_BYTES: {
    ask: (by) => move({ dry_run: false, from: 'other', reason: x(limits.MAX_REASON_BYTES + by) }),
    status: 400,
    text: 'a reason is at most 1024 bytes long',
  },
  RESERVED_SWITCH_WRITES: { provenBy: ['remount/movedPolicies.test.ts', 'has no room for them all'] },
  MAX_ALIAS_S: {
    ask: (by) => move({ alias_ttl: limits.MAX_ALIAS_S + by }),
    status: 400,
    text: 'an alias answers for at most 90 days; it can be renewed',
  },
  MAX_ALIASES: { provenBy: ['contract/aliases.test.ts', 'the mount has 4 aliases already'] },
  MAX_ALIAS_DEPTH: { provenBy: ['contract/aliases.test.ts', 'an alias has at most 16 segments'] },
  A_DAY_MS: { inner: 'it is a pause between two looks' },
  ALIAS_USE_MS: { provenBy: ['remount/aliases.test.ts', 'ALIAS_USE_MS'] },
  MAX_ALIAS_LOOKS: { inner: 'the request is begun anew' },
  ALIAS_CALLER_S: { provenBy: ['tree/aliasUse.test.ts', 'ALIAS_CALLER_S'] },
  MAX_COUNTED_CALLERS: { provenBy: ['tree/aliasUse.test.ts', 'MAX_COUNTED_CALLERS'] },
  MAX_ALIAS_CALLERS: { provenBy: ['tree/aliasUse.test.ts', 'MAX_ALIAS_CALLERS'] },
  MAX_SWITCH_POLICY_BYTES: { provenBy: ['remount/policyChanges.test.ts', 'MAX_SWITCH_POLICY_BYTES'] },
  MAX_RUN_POLICIES: { provenBy: ['bulk/orderRunPolicies.test.ts', 'MAX_RUN_POLICIES'] },
  MAX_RUN_POLICY_BYTES: { provenBy: ['bulk/orderRunPolicies.test.ts', 'MAX_RUN_POLICY_BYTES'] },
  MAX_POLICY_UNDO_BYTES: { provenBy: ['remount/policyChanges.test.ts', 'MAX_POLICY_UNDO_BYTES'] },
  MAX_LISTED_MIGRATIONS: cut('MAX_LISTED_MIGRATIONS'),
  MAX_LISTED_BYTES: cut('MAX_LISTED_BYTES'),
  MAX_ANSWER_BYTES: cut('MAX_ANSWER_BYTES'),
  MAX_BULK_MOVES: { provenBy: ['bulk/requests.test.ts', 'MAX_BULK_MOVES'] },
  MAX_PREFIX_READS: { provenBy: ['bulk/expandRules.test.ts', 'MAX_PREFIX_READS'] },
  MAX_BULK_JSON_STRINGS: { provenBy: ['bulk/requests.test.ts', 'MAX_BULK_JSON_STRINGS'] },
  MAX_TRANSACTION_WRITES: { provenBy: ['bulk/planMoves.test.ts', 'an atomic run may have 99'] },
  MAX_CONTENDED_TRIES: { provenBy: ['bulk/changedTree.test.ts', 'MAX_CONTENDED_TRIES'] },
  PACKED_MOVES: { inner: 'it is how moves are packed' },
  CHUNK_MOVES: { inner: 'it is how moves are packed' },
  DEFAULT_BULK_CONCURRENCY: { inner: 'it is what counts where nothing is asked for' },
  MAX_BULK_CONCURRENCY: {
    ask: (by) => bulk({ max_concurrency: limits.MAX_BULK_CONCURRENCY + by }),
    status: 400,
    text: 'max_concurrency is a number from 1 to 40',
  },
  MAX_BULK_ATTEMPTS: { provenBy: ['bulk/reconciler.test.ts', 'MAX_BULK_ATTEMPTS'] },
  MAX_BULK_LOOKS: { provenBy: ['bulk/reconciler.test.ts', 'MAX_BULK_LOOKS'] },
  MAX_BULK_PAUSE_S: { inner: 'it is the pace of a run' },
  MAX_CSV_RECORD: {
    ask: (by) =>
      bulk({ moves: undefined, csv: `from,to\nidle,${x(limits.MAX_CSV_RECORD - 'idle'.length + 2 * by)}` }),
    status: 400,
    text: `record 1 of the CSV is longer than ${limits.MAX_CSV_RECORD} characters`,
  },
  SHORTEST_MISSPELT_NAME: { inner: 'shorter names are not compared' },
  LONG_FIELD_NAME: { inner: 'it decides how many letters may be wrong' },
  LONGEST_MISSPELT_NAME: { inner: 'what is longer is not compared' },
  NAMESPACE_TYPO_LETTERS: { inner: 'it decides what a warning says' },
  MAX_NAMESPACE_TYPOS: { provenBy: ['remount/namespaceTypos.test.ts', 'MAX_NAMESPACE_TYPOS'] },
  LONGEST_BULK_S: { inner: 'it is how long DynamoDB keeps what has ended' },
  MAX_BULK_PAGE: cut('MAX_BULK_PAGE'),
  MAX_REPORT_BYTES: { provenBy: ['bulk/reportParts.deep.test.ts', 'MAX_REPORT_BYTES'] },
  MAX_SCHEDULE_DAYS: {
    ask: (by) => {
      const end = deps.clock.now() + limits.MAX_SCHEDULE_DAYS * DAY_MS;
      return schedule('ends', { end: new Date(end + by * 60_000).toISOString() });
    },
    status: 400,
    text: "'end' lies in the future and at most 90 days ahead",
  },
  MAX_SCHEDULES: {
    async ready() {
      await call('POST', 'sys/namespaces/full');
      for (let i = 1; i < limits.MAX_SCHEDULES; i++) await schedule(`s${i}`, {}, 'full');
    },
    ask: (by) => schedule(`last${by}`, {}, 'full'),
    status: 400,
    text: 'a namespace has at most 100 schedules',
  },
  MAX_SCHEDULE_NAME_LENGTH: {
    ask: (by) => schedule(x(limits.MAX_SCHEDULE_NAME_LENGTH + by)),
    status: 400,
    text: 'the name of a schedule has 1 to 57 letters, digits, dots, hyphens and underscores',
  },
  MAX_EXPRESSION_LENGTH: {
    ask: (by) =>
      schedule('often', { schedule: `rate(${'9'.repeat(limits.MAX_EXPRESSION_LENGTH - 11 + by)} days)` }),
    status: 400,
    text: "'schedule' has at most 256 characters",
  },
  MAX_SCHEDULE_BYTES: {
    ask: (by) => {
      const names = Array.from({ length: 200 }, (_, i) => `idle-${1_000 + i}`);
      const around = JSON.stringify({ moves: names.map((name) => ({ from: name, to: name })) }).length;
      const rest = limits.MAX_SCHEDULE_BYTES - around + by;
      const padding = (i: number) => x(Math.floor((rest + i) / names.length));
      return schedule('large', { moves: names.map((name, i) => ({ from: name, to: name + padding(i) })) });
    },
    status: 400,
    text: 'what a schedule moves has at most 128000 bytes; rules need fewer than a list',
  },
  HOLD_YOUNGER_THAN_MS: { provenBy: ['remount/prefetch.test.ts', 'while the migration is young'] },
  HOLD_MS: { provenBy: ['remount/prefetch.test.ts', 'while the migration is young'] },
  HOLD_START_MS: { provenBy: ['remount/holdStart.test.ts', 'HOLD_START_MS'] },
  FIRST_HOLD_PAUSE_MS: { provenBy: ['remount/holdStart.test.ts', 'FIRST_HOLD_PAUSE_MS'] },
  HOLD_LOOKS: { provenBy: ['remount/prefetch.test.ts', 'while the migration is young'] },
  MAX_LISTED_LEASES: cut('MAX_LISTED_LEASES'),
  BULK_WORK_SHARE: { inner: 'it is how much of its time a request spends' },
  MAX_DURATION_LENGTH: {
    ask: (by) => post('auth/token/create', { ttl: `${'0'.repeat(limits.MAX_DURATION_LENGTH - 2 + by)}9s` }),
    status: 400,
    text: 'time: invalid duration',
  },
  STATUS_RETRY_AFTER_S: { inner: 'it is advice to a client' },
  MAX_RANDOM_BYTES: {
    ask: (by) => post('sys/tools/random', { bytes: limits.MAX_RANDOM_BYTES + by }),
    status: 400,
    text: `'bytes' should be less than ${limits.MAX_RANDOM_BYTES}`,
  },
  MAX_STACK_FRAMES: { inner: 'it bounds a log line' },
  MAX_ACCESSOR_LENGTH: { provenBy: ['credentials/tokens.lookingUp.test.ts', "accessor: 'x'.repeat"] },
  MAX_HCL_DEPTH: { provenBy: ['policies/hcl.test.ts', 'MAX_HCL_DEPTH - 1'] },
  MAX_COMPILED_POLICY_BYTES: { provenBy: ['policies/policy.test.ts', 'MAX_COMPILED_POLICY_BYTES'] },
  BCRYPT_COST: { inner: 'it is the cost of new hashes' },
  DEFAULT_SECRET_VERSIONS: { inner: 'it is the default where a secret and its mount set none' },
  MAX_REMOVED_VERSIONS: { provenBy: ['engines/kv/v2/versions.test.ts', 'MAX_REMOVED_VERSIONS'] },
  MAX_CUSTOM_METADATA_KEYS: {
    ask: customMetadata((by) =>
      Object.fromEntries(
        Array.from({ length: limits.MAX_CUSTOM_METADATA_KEYS + by }, (_, i) => [`key${i}`, 'value']),
      ),
    ),
    status: 400,
    text: wrapper('custom_metadata validation failed: payload must contain at most 64 keys, provided 65'),
  },
  MAX_CUSTOM_METADATA_KEY_BYTES: {
    ask: customMetadata((by) => ({ [x(limits.MAX_CUSTOM_METADATA_KEY_BYTES + by)]: 'value' })),
    status: 400,
    text: wrapper(
      `custom_metadata validation failed: length of key "${x(129)}" is 129 but must be 0 < len(key) <= 128`,
    ),
  },
  MAX_CUSTOM_METADATA_VALUE_BYTES: {
    ask: customMetadata((by) => ({ key: x(limits.MAX_CUSTOM_METADATA_VALUE_BYTES + by) })),
    status: 400,
    text: wrapper(
      'custom_metadata validation failed: length of value for key "key" is 513 but must be 0 < len(value) <= 512',
    ),
  },
  KV_LIST_BATCH: { provenBy: ['engines/kv/v2/list.test.ts', 'however much is in them'] },
  CALLS_AT_ONCE: { inner: 'it is how many calls are under way at once' },
  MAX_SORT_KEY_BYTES: { provenBy: ['credentials/leases.lookingUp.test.ts', "'x'.repeat(3_000)"] },
  LEASE_NAME_BYTES: { provenBy: ['wrapping/mountsOfAnswers.test.ts', 'however long its path is'] },
  CLEANUP_AFTER_S: { inner: 'what it delays is expired already' },
  MAX_SETTLE_READS: { inner: 'after so many reads a listing answers what it has seen' },
  LEASE_PAGE: { inner: 'it is the size of a page; the next one follows' },
  MAX_KEPT_PAGES: { provenBy: ['remount/revocation.test.ts', 'what is more than the count keeps'] },
  REVOKE_BATCH: { inner: 'it is the size of a batch; the next one follows' },
  MAX_COUNTED_ROLES: { inner: 'further roles are counted together' },
  PROGRESS_EVERY_MS: { provenBy: ['remount/progress.test.ts', 'shows what is revoked each second'] },
  MAX_COUNT_MS: { provenBy: ['remount/progress.test.ts', 'takes too long to be counted'] },
  LISTING_BATCH: { inner: 'it is the size of a batch; the next one follows' },
  RECONCILED_PER_SHARD: { inner: 'the next run of the reconciler takes the rest' },
  BULK_BYTES_PER_ITEM: { provenBy: ['bulk/rowRecord.test.ts', 'BULK_BYTES_PER_ITEM'] },
  MAX_EVENT_BYTES: { provenBy: ['events/publish.test.ts', 'MAX_EVENT_BYTES'] },
  MAX_KEPT_ERROR_BYTES: { provenBy: ['schedules/runScheduled.test.ts', 'MAX_KEPT_ERROR_BYTES'] },
  MAX_WARNED_BYTES: { provenBy: ['wrapping/wrappedAnswers.test.ts', 'MAX_WARNED_BYTES'] },
  BULK_ROWS_PER_ITEM: { inner: 'it is the size of an item; the next one follows' },
  REPORT_BATCH: { inner: 'it is the size of a batch; the next one follows' },
  EVENTS_PER_CALL: { inner: 'it is the size of a call; the next one follows' },
  CALL_TIMEOUT_MS: { inner: 'it bounds a call to AWS, which is retried' },
  CONNECT_TIMEOUT_MS: { inner: 'it bounds a call to AWS, which is retried' },
  MAX_CALL_TRIES: { provenBy: ['adapters/dynamodbStore.test.ts', 'StoreBusy'] },
  FIRST_RETRY_PAUSE_MS: { inner: 'it is a pause between two tries' },
  MAX_RETRY_PAUSE_MS: { inner: 'it is a pause between two tries' },
  MAX_BATCH_READS: { inner: 'it is the size of a batch; the next one follows' },
  MAX_BATCH_WRITES: { inner: 'it is the size of a batch; the next one follows' },
  BATCHES_AT_ONCE: { inner: 'it is how many batches are in flight at once' },
  WAKE_RETRY_S: { inner: 'EventBridge Scheduler keeps it' },
  WAKE_RETRIES: { inner: 'EventBridge Scheduler keeps it' },
  STEP_MARGIN_MS: { inner: 'it is the time left for the last page of a step' },
  STEP_SLICE_MS: { inner: 'the workflow invokes the step again' },
  DEFAULT_DRAIN_CONCURRENCY: { inner: 'it is the default where a request sets none' },
  MAX_DRAIN_CONCURRENCY: { provenBy: ['remount/onCluster.test.ts', 'drain_concurrency'] },
  DEFAULT_MAX_REFUSAL_S: { inner: 'it is the default where a request sets none' },
  MAX_REFUSAL_S: { provenBy: ['remount/onCluster.test.ts', 'max_refusal_s'] },
  MAX_DRAIN_ROUNDS: { provenBy: ['cluster/step.test.ts', 'after 3 rounds'] },
  MAX_CLUSTER_POLICIES: { provenBy: ['remount/policyChanges.test.ts', 'MAX_CLUSTER_POLICIES'] },
  MAX_POLICY_TRIES: { provenBy: ['cluster/policies.test.ts', 'MAX_POLICY_TRIES'] },
  MAX_REVOKE_TRIES: { inner: 'a lease that was tried so often ends the migration' },
  FIRST_REVOKE_PAUSE_MS: { inner: 'it is a pause between two tries' },
  MAX_MOVE_POSTS: { provenBy: ['cluster/step.test.ts', 'toHaveLength(3)'] },
  STEP_HOLD_MS: { inner: 'the next step takes over after it' },
  STEP_HEARTBEAT_MS: { inner: 'it is how often a step keeps its hold' },
  SEEN_TIMES: { inner: 'it is how many looks have to agree' },
  SEEN_MS: { inner: 'it is for how long looks have to agree' },
  FIRST_LOOK_MS: { inner: 'it is a pause between two looks' },
  MAX_LOOK_MS: { inner: 'it is a pause between two looks' },
  TURN_PAUSE_MS: { inner: 'it is a pause between two tries' },
  MAX_TAINTED_PAUSE_MS: { inner: 'it is a pause between two tries' },
  GOOD_REVOCATIONS: { inner: 'it is when a drain gets faster' },
  SLOW_REVOCATION: { inner: 'it is when a drain gets slower' },
  LEAST_REVOCATION_MS: { inner: 'it is what a short revocation counts as' },
  MAX_STEP_DOWNS: { provenBy: ['cluster/step.test.ts', 'MAX_STEP_DOWNS'] },
  PAUSE_WITHIN_STEP_MS: { inner: 'it is a pause that no other invocation waits for' },
  STEP_DOWN_PAUSE_MS: { inner: 'it is a pause between two looks' },
  FIRST_UNANSWERED_PAUSE_MS: { inner: 'it is a pause between two tries' },
  MAX_UNANSWERED_PAUSE_MS: { inner: 'it is a pause between two tries' },
  CLUSTER_PATIENCE_MS: { provenBy: ['cluster/step.test.ts', 'A_DAY_MS'] },
  DEFAULT_CLUSTER_CONCURRENCY: { provenBy: ['cluster/bulk.test.ts', 'DEFAULT_CLUSTER_CONCURRENCY'] },
  CLUSTER_CHUNKS_EACH: { inner: 'it shares the moves of a run out among its chunks' },
  MAX_CLUSTER_LOOKS: { inner: 'the next execution goes on' },
  TEARDOWN_PAUSE_S: { inner: 'it is a pause of the workflow' },
  CLUSTER_CALL_MS: { provenBy: ['adapters/clusterSend.test.ts', 'callTimeoutMs'] },
  CLUSTER_WORK_MS: { inner: 'it bounds a call to a cluster, as the usual time does' },
  CLUSTER_LEADER_MS: { inner: 'the next node is asked' },
  CLUSTER_LEADER_LIFE_MS: { inner: 'the active node is asked for again' },
  CLUSTER_SETTLE_MS: { provenBy: ['adapters/clusterSend.test.ts', 'CLUSTER_SETTLE_MS'] },
  MAX_CLUSTER_TRIES: { provenBy: ['adapters/clusterSend.test.ts', 'MAX_CLUSTER_TRIES'] },
  FIRST_CLUSTER_PAUSE_MS: { inner: 'it is a pause between two tries' },
  MAX_CLUSTER_PAUSE_MS: { inner: 'it is a pause between two tries' },
  CLUSTER_CONNECTIONS: { inner: 'further calls wait for a connection' },
  MAX_CLUSTER_ANSWER_BYTES: { provenBy: ['adapters/clusterSend.test.ts', 'MAX_CLUSTER_ANSWER_BYTES'] },
  MAX_CLUSTER_WORDS: { provenBy: ['adapters/clusterSend.test.ts', 'MAX_CLUSTER_WORDS'] },
  MIN_HIDDEN_LENGTH: { provenBy: ['adapters/clusterSend.test.ts', 'MIN_HIDDEN_LENGTH'] },
  LOGIN_MARGIN_MS: { provenBy: ['adapters/clusterLogin.test.ts', 'LOGIN_MARGIN_MS'] },
  LOGIN_PAUSE_MS: { provenBy: ['adapters/clusterLogin.test.ts', 'LOGIN_PAUSE_MS'] },
  MAX_KEY_LISTS: { provenBy: ['adapters/clusterLists.test.ts', 'MAX_KEY_LISTS'] },
};

const NUMBERS: Record<string, number> = { ...limits };
const entries = Object.entries(TABLE);
const refused = entries.filter((entry): entry is [string, Refused] => 'ask' in entry[1]);
const elsewhere = entries.flatMap(([name, proof]) =>
  'provenBy' in proof ? [[name, ...proof.provenBy] as const] : [],
);

describe('a limit', () => {
  it.each(refused)(
    '%s may be reached, and a request above it is refused and writes nothing',
    async (_, { ready, ask, status, text }) => {
      await ready?.(0);
      const atIt = await ask(0);
      expect(atIt.body?.errors ?? []).toEqual([]);
      expect(atIt.status).toBeLessThan(300);
      await ready?.(1);
      const before = await readTables(deps.client);

      const beyond = await ask(1);

      expect({ status: beyond.status, errors: beyond.body.errors }).toEqual({ status, errors: [text] });
      expect(await newIn(before)).toEqual([]);
    },
  );

  it.each(elsewhere)('%s is proven in test/%s', async (_, file, word) => {
    expect(await readFile(join(import.meta.dirname, '..', file), 'utf8')).toContain(word);
  });

  it('is listed in docs/limits.md if a client can reach it', async () => {
    const text = await readFile(join(import.meta.dirname, '..', '..', 'docs', 'limits.md'), 'utf8');
    const numbers = text.replaceAll(',', '');
    const unlisted = refused.filter(([name]) => !numbers.includes(String(NUMBERS[name])));
    expect(unlisted.map(([name]) => name)).toEqual([]);
  });
});

/** The keys of items that were added. */
async function newIn(before: Awaited<ReturnType<typeof readTables>>): Promise<string[]> {
  const known = new Set(Object.values(before).flatMap((items) => items.map(({ pk, sk }) => `${pk} ${sk}`)));
  const now = Object.values(await readTables(deps.client)).flat();
  return now.map(({ pk, sk }) => `${pk} ${sk}`).filter((key) => !known.has(key));
}
