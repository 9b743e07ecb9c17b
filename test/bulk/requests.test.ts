import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_BULK_JSON_STRINGS, MAX_BULK_MOVES, MAX_CSV_RECORD } from '../../functions/limits.ts';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import type { CallOptions } from '../support/call.ts';
import { placeMount, placeNamespace } from '../support/place.ts';
import { tokenWith } from '../support/tokens.ts';
import { runBulk } from '../support/workflow.ts';
import { type BulkService, bulkService } from './bulkService.ts';

let service: BulkService;
let deps: BulkService['deps'];
/** Each test has a namespace of its own, and makes its requests there. */
let ns: Namespace;

beforeAll(async () => {
  service = await bulkService();
  deps = service.deps;
});
afterAll(() => service.stop());
beforeEach(async () => {
  ns = await placeNamespace(deps, ROOT, deps.ids.base62(8));
});

async function place(...paths: string[]): Promise<void> {
  for (const path of paths) await placeMount(deps, `${path}/`, { namespaceId: ns.id });
}

function post(body: unknown, options: CallOptions = {}) {
  return service.call('POST', 'sys/remount/bulk', { namespace: ns.path, body, ...options });
}

describe('a request', () => {
  it('returns the id of the run, and the location of its status', async () => {
    await place('a');
    const { status, body, headers } = await post({ moves: [{ from: 'a', to: 'b' }] });
    expect(status).toBe(200);
    expect(body.data).toEqual({ bulk_id: expect.stringMatching(/^[0-9a-f-]{36}$/), total: 1 });
    expect(headers).toMatchObject({
      Location: `/v1/sys/remount/bulk/${body.data.bulk_id}`,
      'Retry-After': '1',
    });
    expect(deps.started).toContainEqual(
      expect.objectContaining({ machine: 'bulk', name: `${body.data.bulk_id}-1` }),
    );
  });

  it.each<[string, unknown, string]>([
    ['no moves at all', {}, "one of 'moves', 'rules' and 'csv' must be specified"],
    ['moves and rules', { moves: [], rules: [] }, "one of 'moves', 'rules' and 'csv' must be specified"],
    // An old path goes on answering after a single move only (docs/aliases.md).
    ['a time for old paths', { moves: [{}], alias_ttl: '1h' }, 'unknown field "alias_ttl"'],
    [
      'a time for one old path',
      { moves: [{ from: 'a', to: 'b', alias_ttl: '1h' }] },
      `unknown field "alias_ttl" in 'moves'`,
    ],
    ['an empty list', { moves: [] }, 'there is nothing to move'],
    [
      'moves that are no list',
      { moves: { from: 'a' } },
      "'moves' must be a list of objects with 'from' and 'to'",
    ],
    ['rules that are no objects', { rules: ['a'] }, "'rules' must be a list of objects with 'from' and 'to'"],
    [
      'a concurrency of zero',
      { moves: [{}], max_concurrency: 0 },
      'max_concurrency is a number from 1 to 40',
    ],
    [
      'too high a concurrency',
      { moves: [{}], max_concurrency: 41 },
      'max_concurrency is a number from 1 to 40',
    ],
    [
      'a tolerance that is no number',
      { moves: [{}], tolerated_failures: 'some' },
      'tolerated_failures is a number, or a percentage such as "10%"',
    ],
    [
      'a tolerance above 100%',
      { moves: [{}], tolerated_failures: '101%' },
      'tolerated_failures is a number, or a percentage such as "10%"',
    ],
    [
      'a reason that is too long',
      { moves: [{}], reason: 'x'.repeat(1_025) },
      'a reason is at most 1024 bytes long',
    ],
    [
      'too many moves',
      { moves: Array.from({ length: MAX_BULK_MOVES + 1 }, () => ({})) },
      'a bulk run has at most 10000 moves',
    ],
    [
      'a row without paths',
      { moves: [{}] },
      "row 1: both 'from' and 'to' path must be specified as a string",
    ],
    [
      'a row with a space',
      { moves: [{ from: ' a', to: 'b' }] },
      "row 1: 'from' path cannot contain trailing whitespace",
    ],
    [
      'a path that is an object',
      { moves: [{ from: { a: 1 }, to: 'b' }] },
      "row 1: both 'from' and 'to' path must be specified as a string",
    ],
    [
      'a target that is a namespace',
      { moves: [{ from: 'a', to: '/' }] },
      'row 1: invalid destination mount path "/"',
    ],
  ])('is refused with %s', async (_what, body, text) => {
    await place('a');
    expect(await post(body)).toMatchObject({ status: 400, body: { errors: [text] } });
  });

  it('is refused with all problems at once, and names the mounts that are in the way', async () => {
    await place('a', 'b', 'c/d/e', 'c/d/f');
    const moves = [
      { from: 'none', to: 'x' },
      { from: 'a', to: 'b' },
      { from: 'b', to: 'c' },
      { from: 'c/d/e', to: 'y' },
    ];
    const { status, body } = await post({ moves });
    expect(status).toBe(400);
    expect(body.errors).toEqual([
      'row 1: no matching mount at "none/"',
      `row 3: path already in use at "${ns.path}c/d/f/"`,
    ]);
  });

  it('may have its namespace in the path', async () => {
    await place('a');
    const moves = Array.from({ length: 600 }, (_, i) => ({ from: i === 0 ? 'a' : `none-${i}`, to: `x${i}` }));
    const { status, body } = await service.call('POST', `${ns.path}sys/remount/bulk`, { body: { moves } });
    expect([status, body.errors.length]).toEqual([400, 599]);
    const csv = { body: 'from,to\na,b\n', headers: { 'content-type': 'text/csv' } };
    const accepted = await service.call('POST', `${ns.path}sys/remount/bulk`, csv);
    expect(accepted.headers.Location).toBe(`/v1/${ns.path}sys/remount/bulk/${accepted.body.data.bulk_id}`);
  });

  it('takes numbers as paths, as a single move does', async () => {
    await place('1', '12345678901234567890');
    const raw = '{"moves":[{"from":1,"to":2},{"from":12345678901234567890,"to":"x"}]}';
    expect((await post(raw)).status).toBe(200);
  });

  it('may have ten thousand moves in its body, unlike other requests', async () => {
    const moves = Array.from({ length: MAX_BULK_MOVES }, (_, i) => ({ from: `m${i}`, to: `n${i}` }));
    const { body } = await post({ moves });
    expect(body.errors).toHaveLength(MAX_BULK_MOVES);
    const elsewhere = await service.call('POST', 'sys/remount', { body: { moves } });
    expect(elsewhere.body.errors[0]).toContain('exceeded maximum number of strings');
  });

  it('may have MAX_BULK_JSON_STRINGS strings, and no more', async () => {
    const withStrings = (more: number) => post({ wordy: Array(MAX_BULK_JSON_STRINGS - 1 + more).fill('') });
    expect((await withStrings(0)).body.errors).toEqual(['unknown field "wordy"']);
    const refused = 'refused JSON input due to high complexity: exceeded maximum number of strings';
    expect((await withStrings(1)).body.errors).toEqual([refused]);
  });
});

const HEADER = 'the first line of the CSV must name one column "from" and one "to"';

describe('CSV', () => {
  const csv = (body: string, query: Record<string, string[]> = {}) =>
    post(body, { query, headers: { 'content-type': 'text/csv; charset=utf-8' } });

  it('may be the whole body, with the other fields in the query', async () => {
    await place('a', 'b, "c"');
    const text = '\ufefffrom,to\r\na,x\r\n\r\n"b, ""c""",y';
    const { status, body } = await csv(text, { reason: ['spring'], dry_run: ['true'] });
    expect([status, body.data?.total], JSON.stringify(body)).toEqual([200, 2]);
    expect(body.data.moves.map((move: { source_mount: string }) => move.source_mount)).toEqual([
      `${ns.path}a/`,
      `${ns.path}b, "c"/`,
    ]);
  });

  it('may be a field, too', async () => {
    await place('a');
    expect((await post({ csv: 'from,to\na,b\n' })).status).toBe(200);
  });

  it.each([
    ['with its columns in another order and case', 'To , FROM\nx, a\n'],
    ['of a spreadsheet whose lists have semicolons', '\ufefffrom;to\r\na;x\r\n'],
    ['with tabs', 'from\tto\na\tx\n'],
    ['with comments and empty lines', '# wave 1\nfrom,to\n\n# blue\n"a" , x\n'],
  ])('%s is read', async (_what, text) => {
    await place('a');
    const { status, body } = await csv(text, { dry_run: ['true'] });
    expect(status, JSON.stringify(body)).toBe(200);
    const [move] = body.data.moves;
    expect([move.source_mount, move.target_mount]).toEqual([`${ns.path}a/`, `${ns.path}x/`]);
    expect(body.warnings).toBeNull();
  });

  it('with other columns is read, and the answer names them', async () => {
    await place('a');
    const { status, body } = await csv('owner,from,to,ticket\nme,a,x,1\n', { dry_run: ['true'] });
    expect([status, body.data.total]).toEqual([200, 1]);
    expect(body.warnings).toEqual(['the columns of the CSV that are not read: "owner", "ticket"']);
  });

  it.each([
    ['without a header', 'a,b\n', `${HEADER}; it begins with "a", "b"`],
    ['that is empty', ' ', `${HEADER}; it is empty`],
    ['with a column twice', 'from,To,to\na,b,c\n', `${HEADER}; it begins with "from", "To", "to"`],
    [
      'with a field too many',
      'from,to\na,b\na,b,c\n',
      'record 2 of the CSV does not have as many fields as its header',
    ],
    [
      'with a field too few',
      'from,to\na\n',
      'record 1 of the CSV does not have as many fields as its header',
    ],
    [
      'with an endless record',
      `from,to\na,${'x'.repeat(MAX_CSV_RECORD + 1)}`,
      `record 1 of the CSV is longer than ${MAX_CSV_RECORD} characters`,
    ],
    [
      'with an open quote',
      'from,to\n"a,b\n',
      'record 1 of the CSV has a quote that is not closed, or text beside quotes',
    ],
    [
      'with text after a quote',
      'from,to\na,b\n"a"x,b\n',
      'record 2 of the CSV has a quote that is not closed, or text beside quotes',
    ],
    ['with nothing but a header', 'from,to\n', 'there is nothing to move'],
  ])('%s is refused', async (_what, body, text) => {
    expect(await csv(body)).toMatchObject({ status: 400, body: { errors: [text] } });
  });
});

describe('rules', () => {
  async function expanded(rules: unknown): Promise<string[]> {
    const { status, body } = await post({ rules, dry_run: true });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.data.problems).toEqual([]);
    const relative = (path: string) => path.slice(ns.path.length);
    return body.data.moves.map(
      (move: Record<string, string>) =>
        `${relative(move.source_mount ?? '')} ${relative(move.target_mount ?? '')}`,
    );
  }

  it('move all mounts with a prefix', async () => {
    await place('team-a/kv', 'team-a/ssh/x', 'team-b/kv');
    const inner = await placeNamespace(deps, ns, 'inner');
    expect(await expanded([{ from: 'team-a/*', to: 'inner/a/*' }])).toEqual([
      'team-a/kv/ inner/a/kv/',
      'team-a/ssh/x/ inner/a/ssh/x/',
    ]);
    await placeMount(deps, 'kv/', { namespaceId: inner.id });
    expect(await expanded([{ from: 'inner/*', to: 'out/*' }])).toEqual(['inner/kv/ out/kv/']);
  });

  it('match one segment for each plus, in their order', async () => {
    await place('a/kv/v1', 'b/kv/v1', 'b/kv/v1x', 'b/c/kv/v1', 'auth/up');
    expect(await expanded([{ from: '+/kv/v1', to: 'kv/+/v1' }])).toEqual([
      'a/kv/v1/ kv/a/v1/',
      'b/kv/v1/ kv/b/v1/',
    ]);
    expect(await expanded([{ from: 'auth/+', to: 'auth/old-+x' }]).catch(() => ['refused'])).toEqual([
      'refused',
    ]);
    expect(
      await expanded([
        { from: '+/kv/*', to: 'x/+/*' },
        { from: 'auth/u*', to: 'auth/new-*' },
      ]),
    ).toEqual(['a/kv/v1/ x/a/v1/', 'b/kv/v1/ x/b/v1/', 'b/kv/v1x/ x/b/v1x/', 'auth/up/ auth/new-p/']);
  });

  it('without wildcards are moves, and the text around wildcards is literal', async () => {
    await place('a.b', 'axb', 'p+q');
    expect(await expanded([{ from: 'a.b', to: 'x' }])).toEqual(['a.b/ x/']);
    expect(await expanded([{ from: 'a.*', to: 'y.*' }])).toEqual(['a.b/ y.b/']);
  });

  it.each<[string, unknown, string]>([
    ['match nothing', { from: 'none/*', to: 'x/*' }, 'rule 1 matches no mount: "none/*"'],
    [
      'are longer than the path of any mount',
      { from: '+/'.repeat(40_000), to: '+/'.repeat(40_000) },
      `rule 1 matches no mount: "${'+/'.repeat(40_000)}"`,
    ],
    ['lack a path', { from: 'a' }, "rule 1 needs both 'from' and 'to'"],
    [
      'have a wildcard in one path only',
      { from: '+/a', to: 'x' },
      "rule 1: 'from' and 'to' must have the same wildcards in the same order, and '*' at the end only",
    ],
    [
      'have an asterisk inside',
      { from: 'a*/b', to: 'x*/b' },
      "rule 1: 'from' and 'to' must have the same wildcards in the same order, and '*' at the end only",
    ],
  ])('that %s are refused', async (_what, rule, text) => {
    await place('a', 'b/a');
    expect(await post({ rules: [rule] })).toMatchObject({ status: 400, body: { errors: [text] } });
  });
});

describe('a dry run', () => {
  it('returns the plan and writes nothing', async () => {
    await place('a', 'b', 'c');
    const moves = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
      { from: 'c', to: 'd/c' },
    ];
    const before = deps.started.length;
    const { body } = await post({ moves, dry_run: true, idempotency_key: 'key' });
    expect(body.data).toMatchObject({
      dry_run: true,
      total: 3,
      transactions: 1,
      chunks: 1,
      estimated_seconds: 1,
      problems: [],
      moves: [
        { row: 1, source_mount: `${ns.path}a/`, target_mount: `${ns.path}b/`, chunk: 0, group: 0, knot: 0 },
        { row: 2, knot: 0 },
        { row: 3, target_mount: `${ns.path}d/c/`, target_namespace: ns.path, knot: 1, has_issued: false },
      ],
    });
    expect(deps.started.length).toBe(before);
    expect((await service.call('LIST', 'sys/remount/bulk', { namespace: ns.path })).status).toBe(404);
  });

  it('returns the problems without refusing', async () => {
    const { status, body } = await post({ moves: [{ from: 'a', to: 'b' }], dry_run: true });
    expect(status).toBe(200);
    expect(body.data.problems).toEqual([
      { row: 1, from: 'a', to: 'b', message: 'no matching mount at "a/"' },
    ]);
  });
});

describe('an idempotency key', () => {
  it('returns the same run for the same request, even after the mounts have moved', async () => {
    await place('a');
    const body = { moves: [{ from: 'a', to: 'b' }], idempotency_key: 'once' };
    const first = await post(body);
    await runBulk(deps, first.body.data.bulk_id);
    const second = await post(body);
    expect(second.body.data).toEqual(first.body.data);
    expect(second.headers['Idempotent-Replayed']).toBe('true');
    expect((await post({ ...body, moves: [{ from: 'b', to: 'c' }] })).status).toBe(422);
  });

  it('makes one run of many concurrent requests', async () => {
    await place('a');
    const body = { moves: [{ from: 'a', to: 'b' }], idempotency_key: 'race' };
    const answers = await Promise.all(Array.from({ length: 5 }, () => post(body)));
    expect(new Set(answers.map((answer) => answer.body.data.bulk_id)).size).toBe(1);
  });
});

describe('permissions', () => {
  it.each([
    ['POST', 'sys/remount/bulk', '"update"', 403],
    ['POST', 'sys/remount/bulk', '"update", "sudo"', 400],
    ['POST', 'sys/remount/bulk/cancel/x', '"update"', 403],
    ['POST', 'sys/remount/bulk/cancel/x', '"update", "sudo"', 404],
    ['POST', 'sys/remount/bulk/undo/x', '"update"', 403],
    ['POST', 'sys/remount/bulk/undo/x', '"update", "sudo"', 404],
    ['GET', 'sys/remount/bulk/x', '"update"', 403],
    ['GET', 'sys/remount/bulk/x', '"read"', 404],
    ['GET', 'sys/remount/bulk/report/x', '"read"', 404],
    ['LIST', 'sys/remount/bulk/x', '"read"', 403],
    ['LIST', 'sys/remount/bulk', '"list"', 404],
  ])('for %s %s with %s lead to %i', async (method, path, capabilities, status) => {
    const rule = `path "sys/remount/bulk*" { capabilities = [${capabilities}] }`;
    const token = await tokenWith(deps, rule, ns);
    const body = method === 'POST' ? {} : undefined;
    expect((await service.call(method, path, { token, namespace: ns.path, body })).status).toBe(status);
  });
});
