import { describe, expect, it } from 'vitest';
import type { FoundRow, Plan } from '../../functions/bulk/plan.ts';
import { planMoves } from '../../functions/bulk/planMoves.ts';
import { ROOT } from '../../functions/tree/namespace.ts';
import { processorTimeOf } from '../support/processorTime.ts';
import { CHILD, Model, type Spot } from './model.ts';
import { mixedRows } from './tenThousand.ts';

type Pair = [from: string, to: string];

function spot(path: string): Spot {
  return path.startsWith('ns/') ? [CHILD, path.slice(3)] : [ROOT, path];
}

function plan(mounts: string[], moves: Pair[], wish?: Parameters<typeof planMoves>[2]): Plan {
  const model = new Model(mounts.map(spot));
  const rows = moves.map(([from, to], i): FoundRow => model.row(i + 1, spot(from), spot(to)));
  return planMoves(rows, model.tree, wish);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Row numbers, chunk by chunk, of each transaction. */
function transactions({ chunks }: Plan): number[][][] {
  return chunks.map((chunk) =>
    [...Map.groupBy(chunk, ({ group }) => group).values()].map((group) => group.map(({ row }) => row)),
  );
}

function orderOf({ chunks }: Plan): number[] {
  return chunks.flat().map(({ row }) => row);
}

describe('the order of a plan', () => {
  it('puts a chain in order, in whichever order it is written', () => {
    const chain: Pair[] = [
      ['a', 'b'],
      ['b', 'c'],
      ['c', 'd'],
    ];
    expect(orderOf(plan(['a', 'b', 'c'], chain))).toEqual([3, 2, 1]);
    expect(orderOf(plan(['a', 'b', 'c'], chain.toReversed()))).toEqual([1, 2, 3]);
  });

  it('makes one knot of each swap and cycle, and of nothing else', () => {
    const { chunks } = plan(
      ['a', 'b', 'c', 'd', 'e', 'f'],
      [
        ['a', 'b'],
        ['b', 'a'],
        ['c', 'd'],
        ['d', 'e'],
        ['e', 'c'],
        ['f', 'g'],
      ],
    );
    const knots = Map.groupBy(chunks.flat(), ({ knot }) => knot);
    expect([...knots.values()].map((knot) => knot.map(({ row }) => row))).toEqual([[1, 2], [3, 4, 5], [6]]);
  });

  it('frees the places above and below a target before it takes the target', () => {
    const moves: Pair[] = [
      ['x', 'a/b/c'],
      ['y', 'd'],
      ['a', 'e'],
      ['d/1', 'ns/1'],
      ['d/2', 'ns/2'],
    ];
    const order = orderOf(plan(['x', 'y', 'a', 'd/1', 'd/2'], moves));
    expect(order.indexOf(3)).toBeLessThan(order.indexOf(1));
    for (const row of [4, 5]) expect(order.indexOf(row)).toBeLessThan(order.indexOf(2));
  });

  it('keeps the moves that change one fork in one chunk, and spreads the rest', () => {
    const shared = numbers(250).map((i): Pair => [`team/m${i}`, `ns/m${i}`]);
    const alone = numbers(250).map((i): Pair => [`m${i}`, `ns/n${i}`]);
    const { chunks } = plan(
      [...shared, ...alone].map(([from]) => from),
      [...shared, ...alone],
    );
    expect(chunks.map((chunk) => chunk.length)).toEqual([250, 100, 100, 50]);
    expect(new Set(chunks[0]?.map(({ source }) => source.path.split('/')[0]))).toEqual(new Set(['team']));
  });

  it('packs twenty independent moves into one transaction', () => {
    const moves = numbers(45).map((i): Pair => [`m${i}`, `n${i}`]);
    const sizes = transactions(
      plan(
        moves.map(([from]) => from),
        moves,
      ),
    ).map((chunk) => chunk.map((group) => group.length));
    expect(sizes).toEqual([[20, 20, 5]]);
  });
});

describe('an atomic plan', () => {
  const apart = (count: number) => numbers(count).map((i): Pair => [`m${i}`, `n${i}`]);
  const ring = (count: number) => numbers(count).map((i): Pair => [`m${i}`, `m${(i + 1) % count}`]);

  it.each([
    ['24 moves between paths of one segment', apart(24)],
    ['33 moves in a cycle', ring(33)],
  ])('is one transaction of %s', (_what, moves) => {
    const planned = plan(
      moves.map(([from]) => from),
      moves,
      { atomic: true },
    );
    expect(transactions(planned)).toEqual([[numbers(moves.length).map((i) => i + 1)]]);
    expect(new Set(planned.chunks.flat().map(({ knot }) => knot)).size).toBe(1);
  });

  it('is refused with the number that fits', () => {
    const moves = apart(30);
    expect(() =>
      plan(
        moves.map(([from]) => from),
        moves,
        { atomic: true },
      ),
    ).toThrow('30 moves are 120 writes, and an atomic run may have 99: the first 24 of them fit');
  });

  it('may be a cycle of 33 moves, and a larger cycle is refused', () => {
    const moves = ring(34);
    const { problems } = plan(
      moves.map(([from]) => from),
      moves,
    );
    expect(problems).toEqual([
      {
        row: 1,
        from: 'm0/',
        to: 'm1/',
        message:
          'a cycle of 34 moves has to be one transaction, and would be one of 102 writes; at most 99 fit',
      },
    ]);
  });
});

describe('the problems of a plan', () => {
  const MOUNTS = ['a', 'b', 'deep/c', 'auth/login', 'ns/kv'];
  it.each<[string, Pair[], [row: number, message: string][]]>([
    ['a source that is no mount', [['nothing', 'x']], [[1, 'no matching mount at "nothing/"']]],
    ['a source inside a mount', [['a/b', 'x']], [[1, 'no matching mount at "a/b/"']]],
    [
      'a target path that is not clean',
      [['a', 'x//y']],
      [[1, "invalid destination mount: path 'x//y/' does not match cleaned path 'x/y/'"]],
    ],
    ['a protected source', [['sys', 'x']], [[1, 'cannot remount "sys/"']]],
    ['a protected target', [['a', 'auth/x']], [[1, 'cannot remount to destination auth/x/']]],
    [
      'an auth method outside auth/',
      [['auth/login', 'x']],
      [[1, 'cannot remount auth mount to non-auth mount "x/"']],
    ],
    ['a target that is taken', [['a', 'b']], [[1, 'path already in use at "b/"']]],
    ['a target inside a mount', [['a', 'b/x']], [[1, 'path already in use at "b/"']]],
    ['a target above a mount', [['a', 'deep']], [[1, 'path already in use at "deep/"']]],
    [
      'a target in another namespace that is taken',
      [['a', 'ns/kv']],
      [[1, 'path already in use at "ns/kv/"']],
    ],
    ['a move to where the mount is', [['a', 'a']], [[1, 'path already in use at "a/"']]],
    ['a move below itself', [['a', 'a/x']], [[1, 'path already in use at "a/"']]],
    [
      'one mount twice',
      [
        ['a', 'x'],
        ['a', 'y'],
      ],
      [[2, 'row 1 moves the same mount']],
    ],
    [
      'one target twice',
      [
        ['a', 'x'],
        ['b', 'x'],
      ],
      [[2, 'row 1 has the same target']],
    ],
    [
      'a target inside another',
      [
        ['a', 'x/y'],
        ['b', 'x'],
      ],
      [[1, 'the target lies in that of row 2, "x/"']],
    ],
    [
      'all of them at once, in the order of the rows',
      [
        ['nothing', 'x'],
        ['a', 'y'],
        ['b', 'y'],
        ['deep/c', 'sys'],
      ],
      [
        [1, 'no matching mount at "nothing/"'],
        [3, 'row 2 has the same target'],
        [4, 'cannot remount to destination sys/'],
      ],
    ],
  ])('include %s', (_what, moves, expected) => {
    const { chunks, problems } = plan(MOUNTS, moves);
    expect(problems.map(({ row, message }) => [row, message])).toEqual(expected);
    expect(chunks).toEqual([]);
  });

  it('do not include a target that the plan itself frees', () => {
    const moves: Pair[] = [
      ['a', 'deep'],
      ['deep/c', 'x'],
      ['b', 'a/b'],
    ];
    expect(plan(MOUNTS, moves).problems).toEqual([]);
  });
});

describe('a plan of ten thousand moves', () => {
  it('with chains, cycles and crowded forks takes less than a second of processor time', () => {
    const { rows, tree } = mixedRows();

    const { answer, ms } = processorTimeOf(() => planMoves(rows, tree));
    const { chunks, problems } = answer;

    expect(problems).toEqual([]);
    expect(chunks.flat()).toHaveLength(10_000);
    expect(ms).toBeLessThan(1_000);
  });
});
