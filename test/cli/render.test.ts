import { Writable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPace } from '../../cli/follow/pace.ts';
import { createOutput } from '../../cli/output.ts';
import { aliasTable, callerLines } from '../../cli/render/alias.ts';
import { progressLine } from '../../cli/render/bar.ts';
import { columns } from '../../cli/render/columns.ts';
import { irrevocableLines } from '../../cli/render/irrevocable.ts';
import {
  failureText,
  migrationFacts,
  migrationProgress,
  migrationTable,
  successLine,
} from '../../cli/render/migration.ts';
import { lasting, seconds } from '../../cli/render/numbers.ts';
import { planLines } from '../../cli/render/plan.ts';
import { runFacts, runFailureText, runPlanLines, runProgress } from '../../cli/render/run.ts';
import { verificationLines } from '../../cli/render/verification.ts';
import type { BulkInfo, PlanInfo } from '../../functions/bulk/answers.ts';
import type { AliasInfo, MigrationInfo } from '../../functions/remount/answers.ts';

const INFO: MigrationInfo = {
  source_mount: 'ssh/',
  target_mount: 'team-a/ssh/',
  source_namespace: '',
  target_namespace: 'team-a/',
  status: 'in-progress',
  phase: 'revoking',
  revokes: 'leases',
  progress: { leases_total: 2_000, leases_revoked: 1_180, leases_irrevocable: 20 },
  error: null,
  created_time: '2026-01-01T00:00:00.000Z',
  switched_time: '2026-01-01T00:00:01.000Z',
  finished_time: null,
  requested_by: { display_name: 'root', accessor: 'a', namespace: '' },
  reason: null,
  undo_of: null,
  bulk_id: null,
};

describe('the progress of a migration', () => {
  it('is a bar, with the revoked leases in words', () => {
    expect(migrationProgress(INFO, 3, 120)).toBe(
      'ssh/ → team-a/ssh/  [██████████████████░░░░░░░░░░░░]  60 %  switched, 1,180 of 2,000 leases revoked, 3 s',
    );
  });

  it('has no bar without a terminal, with too little room, or while the share is unknown', () => {
    const uncounted = { ...INFO, progress: { ...INFO.progress, leases_total: null } };

    expect(migrationProgress(INFO, 3, undefined)).toBe(
      'ssh/ → team-a/ssh/: switched, 1,180 of 2,000 leases revoked, 3 s',
    );
    expect(progressLine('ssh/ → x/', 0.6, 'revoking', 20)).toBe('ssh/ → x/  60 %  revoking');
    expect(migrationProgress(uncounted, 3, 100)).toBe(
      'ssh/ → team-a/ssh/  switched, 1,180 leases revoked, 3 s',
    );
  });

  it('has its rate and the time that is left, once they are known', () => {
    expect(migrationProgress(INFO, 3, undefined, 400)).toBe(
      'ssh/ → team-a/ssh/: switched, 1,180 of 2,000 leases revoked, 400 per second, about 2 s left, 3 s',
    );
    const uncounted = { ...INFO, progress: { ...INFO.progress, leases_total: null } };
    expect(migrationProgress(uncounted, 3, undefined, 0.5)).toContain(
      '1,180 leases revoked, 0.5 per second, 3 s',
    );
  });

  it('counts the tokens of an auth method, and so does the result', () => {
    const auth = { ...INFO, revokes: 'tokens', source_mount: 'auth/a/', target_mount: 'auth/b/' } as const;

    expect(migrationProgress(auth, 3, undefined)).toContain('1,180 of 2,000 tokens revoked');
    expect(successLine(auth)).toMatch(/^Moved auth\/a\/ to auth\/b\/ in 0 s, 1,180 tokens revoked\.$/);
    expect(migrationFacts('an-id', auth)).toContain('Tokens        1,180 of 2,000 revoked, 20 irrevocable');
  });

  it('is a clock until the first answer', () => {
    expect(migrationProgress(undefined, 1.2, 100)).toBe('waiting  1.2 s');
  });

  it('is never more than 100 %', () => {
    const more = { ...INFO, progress: { leases_total: 2, leases_revoked: 3, leases_irrevocable: 0 } };

    expect(migrationProgress(more, 0.04, 100)).toContain('100 %');
  });
});

describe('the progress of a migration on a cluster', () => {
  const NOT_REVOKED = { code: 'lease_not_revoked', message: 'a lease could not be revoked' };
  const cluster: MigrationInfo['cluster'] = {
    accessor: 'kv_1',
    migration_id: null,
    drains: 0,
    posts: 0,
    waiting_for: null,
    waiting_since: null,
    refused_lease: null,
    warnings: [],
    nodes: [
      { address: 'http://a', state: 'current' },
      { address: 'http://b', state: 'stale' },
    ],
  };

  it.each([
    ['draining', '1,180 of 2,000 leases revoked, not moved yet'],
    ['moving', 'the cluster moves the mount'],
    ['tainted', 'the cluster refuses all requests to the mount; the move is tried again'],
    ['verifying', 'moved, being verified'],
    ['propagating', 'moved, not seen by http://b'],
    ['reverting', 'failed, what was added to policies is taken back'],
  ] as const)('says for the phase %s what the cluster does', (phase, words) => {
    const text = migrationProgress({ ...INFO, phase, cluster }, 3, undefined);
    expect(text).toBe(`ssh/ → team-a/ssh/: ${words}, 3 s`);
  });

  it('says what it waits for', () => {
    const waiting = { ...cluster, waiting_for: 'no answer' };
    const text = migrationProgress({ ...INFO, phase: 'tainted', cluster: waiting }, 3, undefined);
    expect(text).toContain('tried again; waiting: no answer, 3 s');
  });

  it('never ends with a failure that claims to have changed nothing', () => {
    expect(failureText({ ...INFO, status: 'failure', error: NOT_REVOKED, cluster })).toBe(
      'the migration failed: a lease could not be revoked (lease_not_revoked)',
    );
  });

  it('names the lease that could not be revoked, if it is told', () => {
    const told = { ...cluster, refused_lease: { lease_id: 'kv/creds/r/0', reason: 'connection refused' } };
    const info: MigrationInfo = { ...INFO, status: 'failure', error: NOT_REVOKED, cluster: told };
    expect(failureText(info)).toBe(
      'the migration failed: a lease could not be revoked (lease_not_revoked); lease "kv/creds/r/0": connection refused',
    );
    expect(migrationFacts('id', info).find((line) => line.startsWith('Not revoked'))).toMatch(
      /lease "kv\/creds\/r\/0": connection refused$/,
    );
  });
});

describe('an alias', () => {
  const INFO_OF_ALIAS: AliasInfo = {
    source_mount: 'teams/payments/ssh/',
    source_namespace: '',
    target_mount: 'prod/teams/payments/ssh/',
    target_namespace: '',
    migration_id: 'an-id',
    created_time: '2026-01-01T00:00:00.000Z',
    end_time: '2026-01-31T00:00:00.000Z',
    ttl: 2_592_000,
    callers_total: 212,
    callers_complete: true,
    last_used_time: '2026-01-02T03:04:05.678Z',
  };
  const key_info = {
    'teams/payments/ssh/': INFO_OF_ALIAS,
    'kv/': {
      ...INFO_OF_ALIAS,
      source_mount: 'kv/',
      target_mount: 'new/',
      callers_total: 0,
      last_used_time: null,
    },
  };
  const list = { keys: Object.keys(key_info), key_info };

  it('is a line of a table, whose times have room in 80 characters', () => {
    expect(aliasTable(list, 80)).toEqual([
      'ALIAS         MOUNT          ENDS                  CALLERS  LAST USED',
      'teams/…/ssh/  prod/t…s/ssh/  2026-01-31T00:00:00Z  212      2026-01-02T03:04:05Z',
      'kv/           new/           2026-01-31T00:00:00Z  0        never',
    ]);
    expect(aliasTable(list)[1]).toMatch(/^teams\/payments\/ssh\/ {2}prod\/teams\/payments\/ssh\/ {2}2026/);
  });

  it('has its id where it is outside the namespace, in a table of its own', () => {
    const id = '0a3d81c5-4c0e-4575-b038-379824b4829b';
    const outside = { ...INFO_OF_ALIAS, source_mount: '', target_mount: 'team/ssh/', migration_id: id };
    const both = { keys: ['kv/', id], key_info: { 'kv/': key_info['kv/'], [id]: outside } };

    expect(aliasTable(both)).toEqual([
      'ALIAS  MOUNT  ENDS                  CALLERS  LAST USED',
      'kv/    new/   2026-01-31T00:00:00Z  0        never',
      '',
      'OUTSIDE                               MOUNT      ENDS                  CALLERS  LAST USED',
      `${id}  team/ssh/  2026-01-31T00:00:00Z  212      2026-01-02T03:04:05Z`,
    ]);
    expect(aliasTable({ ...both, keys: [id] }, 80)[1]).toBe(`${id}  team/ssh/  2026-01-31T00:00:00Z  212`);
  });

  it('names its callers, and says how many it does not name', () => {
    const caller = {
      display_name: 'approle-ci',
      namespace: 'team/',
      login_path: 'auth/approle/login',
      mount_accessor: 'auth_approle_1',
      first_time: '2026-01-01T00:00:00.000Z',
      last_time: '2026-01-02T03:04:05.678Z',
      count: 17,
    };
    const details = {
      ...INFO_OF_ALIAS,
      source_mount: 'ssh/',
      callers: [caller],
      hidden_callers: 1,
      callers_total: 2,
    };

    expect(callerLines(details)).toEqual([
      'CALLER      NAMESPACE  LOGIN PATH          LAST USED             USES  ACCESSOR',
      'approle-ci  team/      auth/approle/login  2026-01-02T03:04:05Z  17    auth_approle_1',
      '1 caller of other namespaces, which the token may not see.',
    ]);
    for (const line of callerLines(details, 80)) expect(line.length).toBeLessThanOrEqual(80);
    expect(callerLines({ ...details, callers: [], hidden_callers: 0, callers_total: 0 })).toEqual([
      'Nobody has used it.',
    ]);
  });

  it('says that there are more callers than are named, and than are counted', () => {
    const many = { ...INFO_OF_ALIAS, callers_total: 10_000, callers_complete: false };
    const details = { ...many, source_mount: 'ssh/', callers: [], hidden_callers: 1 };

    expect(aliasTable({ keys: ['kv/'], key_info: { 'kv/': many } })[1]).toMatch(/ {2}10,000\+ {2}/);
    expect(callerLines(details)).toEqual([
      '9,999 callers more, who came before these.',
      '1 caller of other namespaces, which the token may not see.',
      'There are more callers than can be counted; some of these may have come later.',
    ]);
  });

  it.each([
    [
      { ttl: 2_592_000, end_time: null, last_used_time: null, ended_time: null },
      'for 30 days from the switch on',
    ],
    [
      { ttl: 60, end_time: 'THEN', last_used_time: 'NOW', ended_time: null },
      'answers until THEN, last seen in use NOW',
    ],
    [{ ttl: 60, end_time: 'THEN', last_used_time: 'NOW', ended_time: 'SINCE' }, 'ended SINCE'],
  ])('is a line of the status of its migration: %j', (alias, words) => {
    expect(migrationFacts('an-id', { ...INFO, alias })).toContain(`Old path      ${words}`);
  });

  it.each([
    [86_400, '1 day'],
    [7_776_000, '90 days'],
    [90_000, '25 h'],
    [5_400, '90 min'],
    [61, '61 s'],
  ])('answers for %d seconds: %s', (ttl, words) => expect(lasting(ttl)).toBe(words));
});

describe('the requester', () => {
  it('has an accessor, unless it is a schedule', () => {
    const bySchedule = { display_name: 'schedule-ts', accessor: '', namespace: 'team/' };

    expect(migrationFacts('an-id', INFO)).toContain('Requested by  root, accessor a');
    expect(migrationFacts('an-id', { ...INFO, requested_by: bySchedule })).toContain(
      'Requested by  schedule-ts of team/',
    );
  });
});

describe('the pace', () => {
  it('is unknown at first, then the average of the last seconds', () => {
    const pace = createPace();
    expect(pace(100, 0)).toBeUndefined();
    expect(pace(150, 0.5)).toBeUndefined();
    expect(pace(300, 2)).toBe(100);
    expect(pace(300, 4)).toBe(50);
    expect(pace(1_300, 12)).toBeCloseTo(1_150 / 11.5);
    expect(pace(2_300, 22)).toBeCloseTo(100);
  });

  it('is unknown as long as nothing grows', () => {
    const pace = createPace();
    for (let at = 0; at < 20; at++) expect(pace(0, at)).toBeUndefined();
  });
});

describe('a table on a terminal', () => {
  const entries = [
    [
      '11111111-1111-4111-8111-111111111111',
      { ...INFO, source_mount: 'team-a/applications/database/', reason: 'moved' },
    ],
  ] as const;

  it('is as wide as it needs, and shows paths as they are, without a terminal or with enough room', () => {
    const whole = migrationTable(entries);
    expect(whole[1]).toContain('team-a/applications/database/');
    expect(migrationTable(entries, 200)).toEqual(whole);
  });

  it('shortens the widest cells in the middle until it fits', () => {
    const lines = migrationTable(entries, 125);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(125);
    expect(lines[1]).toMatch(/^11111111-1111-4111-8111-111111111111 {2}team-a\/a\S*…\S*ase\/ /);
    expect(lines[1]).toContain('  2026-01-01T00:00:00Z  ');
    expect(lines[1]).toContain('moved');
  });

  it('leaves out the last columns where there is no room even then, and never shortens the id', () => {
    for (const width of [40, 60, 80, 100]) {
      const lines = migrationTable(entries, width);
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(Math.max(width, 50));
      for (const line of lines.slice(1)) expect(line).toMatch(/^11111111-1111-4111-8111-111111111111 /);
    }
    expect(migrationTable(entries, 80)[0]).toMatch(/^MIGRATION +FROM +TO +STATUS$/);
  });
});

describe('the failure of a migration', () => {
  it('is shown with what to do', () => {
    const error = { code: 'target_in_use', message: 'path already in use at "x/"' };

    expect(failureText({ ...INFO, error })).toBe(
      'the migration failed and changed nothing: path already in use at "x/" (target_in_use); ' +
        'choose another target',
    );
  });
});

const RUN: BulkInfo = {
  status: 'in-progress',
  phase: 'running',
  progress: {
    total: 1_000,
    succeeded: 440,
    failed: 2,
    skipped: 0,
    in_progress: 10,
    pending: 548,
    leases_revoked: 0,
    leases_irrevocable: 0,
  },
  eta_seconds: 14,
  error: null,
  created_time: '2026-01-01T00:00:00.000Z',
  started_time: '2026-01-01T00:00:01.000Z',
  cancelled_time: null,
  finished_time: null,
  requested_by: { display_name: 'root', accessor: 'a', namespace: '' },
  reason: null,
  cancel_reason: null,
  undo_of: null,
  max_concurrency: 10,
  tolerated_failures: '100%',
  atomic: false,
};

describe('a bulk run', () => {
  it('is a bar of the decided moves while it runs, with the counts in words', () => {
    expect(runProgress(RUN, 12, 130)).toMatch(
      /^bulk run {2}\[█+░+\] {2}45 % {2}450 of 1,000 mounts moved, 10 with leases to revoke, 2 failed, about 14 s left, 12 s$/,
    );
    expect(runProgress(RUN, 12, undefined, 54.8)).toBe(
      'bulk run: 450 of 1,000 mounts moved, 10 with leases to revoke, 2 failed, 55 per second, about 10 s left, 12 s',
    );
  });

  it('on a cluster counts no mount as moved that is being moved', () => {
    const cluster = {} as NonNullable<BulkInfo['cluster']>;
    expect(runProgress({ ...RUN, cluster }, 12, undefined)).toContain(
      '440 of 1,000 mounts moved, 10 being moved',
    );
  });

  it('says what it waits for', () => {
    const facts = runFacts('an-id', { ...RUN, waiting_for: 'namespace "a/" is locked' });
    expect(facts).toContainEqual(expect.stringMatching(/^Waiting +namespace "a\/" is locked$/));
  });

  it('on a cluster says what it waits for, and which nodes are late', () => {
    const nodes = [
      { address: 'http://a', state: 'current' },
      { address: 'http://b', state: 'stale' },
    ];
    const cluster = { waiting_for: 'the cluster is sealed', nodes } as NonNullable<BulkInfo['cluster']>;
    const facts = runFacts('an-id', { ...RUN, cluster });
    expect(facts).toContainEqual(expect.stringMatching(/^Waiting +the cluster is sealed$/));
    expect(facts).toContainEqual(expect.stringMatching(/^Nodes +http:\/\/b stale$/));
  });

  it('on a cluster has the number of leases in its plan, and what is different', () => {
    const ends = { source_mount: 'a/', target_mount: 'b/', source_namespace: '', target_namespace: '' };
    const move = { row: 1, ...ends, chunk: 0, group: 0, knot: 0, unless_changed: '' };
    const counted: PlanInfo['moves'] = [
      { ...move, has_issued: true, copies_keys: false, leases: 0 },
      { ...move, row: 2, has_issued: true, copies_keys: true, leases: 1_200 },
      { ...move, row: 3, has_issued: true, copies_keys: true },
    ];
    const plan = { total: 3, transactions: 3, estimated_seconds: 3, moves: counted, remarks: ['a remark'] };
    expect(runPlanLines(plan as PlanInfo)).toEqual([
      'ROW  FROM  TO  TRANSACTION  LEASES',
      '1    a/    b/  1.1          none',
      '2    a/    b/  1.1          1,200',
      '3    a/    b/  1.1          to be revoked',
      '',
      '3 moves in 3 transactions, about 3 s.',
      'The cluster would copy the keys of 2 mounts; --allow-copy permits that.',
      'On this cluster, a remark.',
    ]);
  });

  it('shows the first failed moves', () => {
    const error = { code: 'moves_failed', message: '2 of 1000 moves have failed' };
    const row = {
      row: 7,
      source_mount: 'a/',
      target_mount: 'b/',
      source_namespace: '',
      target_namespace: '',
      status: 'failure' as const,
      error: { code: 'source_gone', message: 'no matching mount at "a/"' },
      finished_time: '2026-01-01T00:00:02.000Z',
    };

    expect(runFailureText({ ...RUN, error }, [row]).split('\n')).toEqual([
      '450 of 1,000 mounts moved, 10 with leases to revoke, 2 failed: 2 of 1000 moves have failed (moves_failed)',
      '  row 7, a/ to b/: no matching mount at "a/" (source_gone)',
      '  and 1 more',
    ]);
  });
});

describe('the plan of a move', () => {
  const plan = {
    dry_run: true,
    source_mount: 'auth/ops/',
    target_mount: 'team-a/auth/ops/',
    type: 'userpass',
    accessor: 'auth_userpass_1',
    uuid: '6d2f1c1e-8c0a-4b8e-9a55-0c9f5d1f7a11',
    namespaces_crossed: true,
    source_namespace: '',
    target_namespace: 'team-a/',
    estimate: { state_transitions: 57, seconds: 5 },
    hidden_policy_rules: {},
  };

  it('names a rule that belongs into another namespace, and says if the count is not complete', () => {
    const lines = planLines({
      ...plan,
      revokes: {
        kind: 'tokens',
        total: 1_012,
        by_role: { 'login/bob': 12, 'login/ann': 1_000 },
        complete: false,
      },
      policies: [
        {
          namespace: 'team-b/',
          policy: 'ops',
          path: 'auth/ops/*',
          capabilities: ['read', 'list'],
          replacement: { namespace: 'team-a/', path: 'auth/ops/*' },
        },
      ],
    });

    expect(lines).toContain('Revokes    at least 1,012 tokens, by role:');
    expect(lines.slice(5, 7)).toEqual(['           1,000  login/ann', '              12  login/bob']);
    expect(lines.at(-1)).toBe('team-b/    ops     auth/ops/*  read,list     auth/ops/*, in team-a/');
  });

  it('says that the old path goes on answering, if it does', () => {
    const revokes = { kind: 'tokens' as const, total: 0, by_role: {}, complete: true };
    const alias = { path: 'auth/ops/', ttl: 2_592_000 };
    const words = 'auth/ops/ goes on answering for 30 days after the move.';

    expect(planLines({ ...plan, revokes, policies: [], alias })).toContain(words);
    expect(planLines({ ...plan, revokes, policies: [] }).join('\n')).not.toContain('answering');
  });

  it('says what becomes of the aliases that the mount has', () => {
    const revokes = { kind: 'leases' as const, total: 0, by_role: {}, complete: true };
    const one = { source_mount: 'old/', source_namespace: '', migration_id: 'an-id' };
    const aliases = [
      { ...one, outcome: 'follows' as const, end_time: '2026-01-31T00:00:00.000Z' },
      { ...one, source_mount: '', outcome: 'follows' as const, end_time: '2026-02-01T00:00:00.000Z' },
      { ...one, source_mount: 'new/', outcome: 'ends' as const, end_time: null },
    ];
    const lines = planLines({ ...plan, revokes, policies: [], aliases });

    expect(lines.slice(5, 9)).toEqual([
      '',
      'The alias old/ follows the mount, and answers until 2026-01-31T00:00:00.000Z.',
      'An alias outside the namespace, left by migration an-id, follows the mount, and answers until 2026-02-01T00:00:00.000Z.',
      'The alias new/ ends with the move: the mount comes back to it.',
    ]);
  });

  it('says if nothing is revoked and no policy needs a change', () => {
    const revokes = { kind: 'tokens' as const, total: 0, by_role: {}, complete: true };
    const lines = planLines({ ...plan, revokes, policies: [] });

    expect(lines).toContain('Revokes    nothing');
    expect(lines.at(-1)).toBe('No policy rule names only auth/ops/: no policy needs a change.');
  });

  it('says what the token may not read', () => {
    const revokes = { kind: 'tokens' as const, total: 2, by_role: {}, complete: true };
    const lines = planLines({ ...plan, revokes, policies: [], hidden_policy_rules: { '': 3 } });

    expect(lines).toContain('Revokes    2 tokens; the token may not list them by role');
    expect(lines.at(-1)).toBe(
      '3 rules in policies of (root) that the token may not read would not match the mount at its target.',
    );
  });
});

describe('what is printed', () => {
  afterEach(() => void vi.useRealTimers());

  /** A stream that keeps what is written to it. */
  function kept(isTTY: boolean) {
    const pieces: string[] = [];
    const stream = new Writable({
      write(piece, _encoding, done) {
        pieces.push(String(piece));
        done();
      },
    });
    return { stream: Object.assign(stream, { isTTY, columns: 20 }) as never, pieces };
  }

  it('escapes control characters, because anybody can write a reason', () => {
    const { stream, pieces } = kept(false);
    const output = createOutput(stream, kept(false).stream, {});

    output.line('Reason  \x1b[2Jgone\u009b');
    output.line(
      columns([
        ['a\tb', 'c\nd'],
        ['e', 'f'],
      ]).join('|'),
    );

    expect(pieces).toEqual(['Reason  \\x1b[2Jgone\\x9b\n', 'a\\x09b  c d|e       f\n']);
  });

  it('without a terminal, has one line per phase, repeated while the phase lasts', () => {
    vi.useFakeTimers();
    const { stream, pieces } = kept(false);
    const output = createOutput(kept(false).stream, stream, {});
    let drawn = 0;
    const draw = (width: number | undefined) => `${++drawn} ${width}`;

    output.progress('accepted', draw);
    output.progress('accepted', draw);
    output.progress('revoking', draw);
    vi.advanceTimersByTime(5_000);
    output.progress('revoking', draw);

    expect(pieces).toEqual(['1 undefined\n', '2 undefined\n', '3 undefined\n']);
  });

  it('is no wider than the terminal while it is redrawn', () => {
    const { stream, pieces } = kept(true);
    const output = createOutput(kept(true).stream, stream, {});

    output.progress('revoking', (width) => 'x'.repeat((width ?? 0) + 5));
    output.endProgress();

    expect(pieces).toEqual([`\r\x1b[2K${'x'.repeat(18)}…`, '\r\x1b[2K']);
  });

  it.each([
    [0.04, '0.0 s'],
    [0.35, '0.3 s'],
    [5, '5 s'],
    [9.96, '10 s'],
    [119.6, '2 min 0 s'],
    [200, '3 min 20 s'],
  ])('writes %s seconds as %s', (number, text) => {
    expect(seconds(number)).toBe(text);
  });
});

describe('the verification of a move', () => {
  it('says of an old path whose mount is in another namespace that it is there', () => {
    const found = {
      migration_id: 'a',
      source_mount: 'ns/kv/',
      target_mount: 'ns/moved/',
      target: { reachable: false, problem: 'there is no mount' },
      source: {
        free: false,
        mount: null,
        accessor: null,
        moved_by: 'a',
        answers_until: '2026-02-01T00:00:00Z',
      },
      policies: [],
      hidden_policy_rules: {},
    };
    expect(verificationLines([found])).toContain(
      '  ns/kv/: an old path of a mount in another namespace, answers until 2026-02-01T00:00:00Z',
    );
  });
});

describe('the leases that could not be revoked', () => {
  const info = { reason: 'refused', time: '2026-01-01T00:00:00Z' };

  it('are a table, with the number of those that are not told', () => {
    expect(
      irrevocableLines({ keys: ['ssh/creds/a'], key_info: { 'ssh/creds/a': info }, hidden_leases: 2 }),
    ).toEqual([
      expect.stringMatching(/^LEASE +GIVEN UP +REASON$/),
      expect.stringContaining('ssh/creds/a'),
      expect.stringMatching(/^Not shown: 2 leases\. /),
    ]);
  });

  it('are not said to be none when all of them are hidden', () => {
    const lines = (hidden: number) => irrevocableLines({ keys: [], key_info: {}, hidden_leases: hidden });
    expect(lines(1)).toEqual([expect.stringMatching(/^Not shown: 1 lease\. /)]);
    expect(lines(0)).toEqual(['No lease is irrevocable.']);
  });
});
