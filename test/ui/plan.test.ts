import { describe, expect, it } from 'vitest';
import type { PlanInfo } from '../../functions/bulk/answers.ts';
import type { AffectedRule, Preview } from '../../functions/remount/answers.ts';
import { flowInWords, flowsOf, pictureOf } from '../../ui/words/flows.ts';
import { leasesOf, planAsCsv, planAsJson, rulesOf, totalsOf } from '../../ui/words/planTotals.ts';

type PlannedMove = PlanInfo['moves'][number];

const moveOf = (row: number, from: string, to: string, part: Partial<PlannedMove> = {}): PlannedMove => ({
  row,
  source_mount: `${from}kv-${row}/`,
  target_mount: `${to}kv-${row}/`,
  source_namespace: from,
  target_namespace: to,
  chunk: 0,
  group: row - 1,
  knot: row - 1,
  has_issued: true,
  unless_changed: '',
  ...part,
});

const RULE: AffectedRule = {
  namespace: '',
  policy: 'readers',
  path: 'kv-1/*',
  capabilities: ['read'],
  replacement: { namespace: '', path: 'a/kv-1/*' },
};

const previewOf = (leases: number, policies: AffectedRule[], hidden: Record<string, number> = {}) =>
  ({ revokes: { total: leases }, policies, hidden_policy_rules: hidden }) as unknown as Preview;

const MOVES = [
  moveOf(1, '', 'a/'),
  moveOf(2, '', 'b/'),
  moveOf(3, 'a/', 'b/', { has_issued: false }),
  moveOf(4, '', 'b/'),
];
const PREVIEWS = new Map([
  [1, previewOf(30, [RULE, { ...RULE, path: 'kv-1/x' }])],
  [2, previewOf(12, [RULE, { ...RULE, policy: 'writers' }], { 'b/': 2 })],
]);

describe('the totals of a plan', () => {
  it('count leases of each move, and each rule and policy once', () => {
    expect(totalsOf(MOVES, PREVIEWS)).toEqual({
      namespaces: 3,
      leases: 42,
      rules: 5,
      policies: 2,
      counted: 2,
    });
  });

  it('say nothing of moves that were not counted, except that a mount has never issued a lease', () => {
    const [, second, third, fourth] = MOVES as [PlannedMove, PlannedMove, PlannedMove, PlannedMove];
    expect([leasesOf(second, PREVIEWS), rulesOf(second, PREVIEWS)]).toEqual([12, 4]);
    expect([leasesOf(third, PREVIEWS), rulesOf(third, PREVIEWS)]).toEqual([0, undefined]);
    expect(leasesOf(fourth, PREVIEWS)).toBeUndefined();
    expect(leasesOf({ ...fourth, leases: 7 }, PREVIEWS)).toBe(7);
  });
});

describe('a plan as a file', () => {
  it('has the columns of a list of moves, with paths as the session sees them', () => {
    const lines = planAsCsv([moveOf(1, 'a/', 'a/b/')], new Map(), 'a/').split('\r\n');

    expect(lines).toEqual([
      'row,from,to,source_namespace,target_namespace,transaction,leases,rules',
      '1,kv-1/,b/kv-1/,a/,a/b/,1.1,,',
      '',
    ]);
  });

  it('has as JSON what is known of each move, too', () => {
    const plan = JSON.parse(planAsJson({ total: 4, moves: MOVES } as unknown as PlanInfo, PREVIEWS));

    expect(plan.total).toBe(4);
    expect(plan.moves[0]).toMatchObject({ row: 1, revokes: { total: 30 } });
  });
});

describe('the flows of a plan', () => {
  it('are the moves between two namespaces, the largest flow first, in words', () => {
    expect(flowsOf(MOVES).map(flowInWords)).toEqual([
      '2 moves from the root namespace to b/',
      '1 move from the root namespace to a/',
      '1 move from a/ to b/',
    ]);
    expect(flowsOf([moveOf(1, 'a/', 'a/')]).map(flowInWords)).toEqual(['1 move within a/']);
  });

  it('are drawn without overlapping at either end, inside their namespaces', () => {
    const { left, right, bands, height } = pictureOf(flowsOf(MOVES));

    expect(left.map(({ namespace, moves }) => [namespace, moves])).toEqual([
      ['', 3],
      ['a/', 1],
    ]);
    for (const [column, end, at] of [
      [left, 'from', 'left'],
      [right, 'to', 'right'],
    ] as const) {
      for (const { namespace, y, height: tall } of column) {
        const ends = bands
          .filter((band) => band[end] === namespace)
          .map((band) => [band[at], band.width] as const);
        const edges = ends.flatMap(([middle, width]) => [middle - width / 2, middle + width / 2]);
        expect(edges).toEqual([...edges].sort((one, other) => one - other));
        expect(Math.min(...edges)).toBeGreaterThanOrEqual(y);
        expect(Math.max(...edges)).toBeLessThanOrEqual(y + tall + 1e-9);
        expect(y + tall).toBeLessThanOrEqual(height);
      }
    }
  });
});
