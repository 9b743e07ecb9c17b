import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_WRITES, writesOf } from '../../functions/bulk/packMoves.ts';
import { type FoundRow, type PackedMove, placeId } from '../../functions/bulk/plan.ts';
import { planMoves } from '../../functions/bulk/planMoves.ts';
import { refOf } from '../../functions/ports/store.ts';
import { type Namespace, ROOT } from '../../functions/tree/namespace.ts';
import { CHILD, Model, type Spot } from './model.ts';

const RUNS = { numRuns: 1_000 };

/** Few names, so that paths overlap often. */
const path = fc
  .array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 3 })
  .map((s) => s.join('/'));
const namespace = fc.constantFrom<Namespace>(ROOT, ROOT, CHILD);
const spot = fc.tuple(namespace, path);

/** Mounts that do not overlap: of two that do, the first is kept. */
const spots = fc.array(spot, { minLength: 1, maxLength: 12 }).map((all) => {
  const kept: Spot[] = [];
  for (const one of all) if (kept.every((other) => !overlaps(one, other))) kept.push(one);
  return kept;
});

function overlaps([a, one]: Spot, [b, other]: Spot): boolean {
  return a === b && (`${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`));
}

/** Mounts, and targets for some of them: half are the places of other mounts. */
const situations = spots.chain((mounts) =>
  fc.record({
    mounts: fc.constant(mounts),
    sizes: fc.record({ group: fc.integer({ min: 1, max: 4 }), chunk: fc.integer({ min: 1, max: 6 }) }),
    moves: fc
      .shuffledSubarray(mounts, { minLength: 1 })
      .chain((from) =>
        fc.tuple(
          ...from.map((source) => fc.tuple(fc.constant(source), fc.oneof(spot, fc.constantFrom(...mounts)))),
        ),
      ),
  }),
);

interface Situation {
  mounts: Spot[];
  moves: [Spot, Spot][];
  sizes: { group: number; chunk: number };
}

/** Whether the result of the moves is a valid tree, worked out in the simplest way. */
function isPossible({ mounts, moves }: Situation): boolean {
  if (moves.some(([from, to]) => overlaps(from, to))) return false;
  const staying = mounts.filter((mount) => !moves.some(([from]) => from === mount));
  const after = [...staying, ...moves.map(([, to]) => to)];
  return after.every((one, i) => after.every((other, k) => i === k || !overlaps(one, other)));
}

function plan({ mounts, moves, sizes }: Situation) {
  const model = new Model(mounts);
  const rows = moves.map(([from, to], i): FoundRow => model.row(i + 1, from, to));
  return { model, ...planMoves(rows, model.tree, { sizes }) };
}

function groupsOf(chunk: PackedMove[]): PackedMove[][] {
  return [...Map.groupBy(chunk, ({ group }) => group).values()];
}

describe('a plan', () => {
  it('is made if, and only if, its result is a valid tree', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { problems } = plan(situation);
        expect(problems.length === 0).toBe(isPossible(situation));
      }),
      RUNS,
    );
  });

  it('can be applied group by group, with chunks in any order, and keeps the tree sound at every step', () => {
    fc.assert(
      fc.property(situations, fc.infiniteStream(fc.nat()), (situation, chance) => {
        fc.pre(isPossible(situation));
        const { model, chunks } = plan(situation);
        const wanted = new Map(model.mounts());
        for (const [[ns, from]] of situation.moves) wanted.delete(placeId(ns.id, `${from}/`));
        for (const [[ns, from], [target, to]] of situation.moves)
          wanted.set(placeId(target.id, `${to}/`), `the mount from ${ns.path}${from}/`);

        const left = chunks.map(groupsOf);
        while (left.length > 0) {
          const at = (chance.next().value as number) % left.length;
          const group = left[at]?.shift();
          if (group === undefined) left.splice(at, 1);
          else model.apply(group);
          expect(model.isSound()).toBe(true);
        }
        expect(model.mounts()).toEqual(wanted);
      }),
      RUNS,
    );
  });

  it('counts as many writes for a group as the planner of the tree makes', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        fc.pre(isPossible(situation));
        const { model, chunks } = plan(situation);
        for (const group of chunks.flatMap(groupsOf)) {
          const writes = writesOf(group);
          expect(writes).toBeLessThanOrEqual(MOST_WRITES);
          // Besides the tree: generation and record of each move, and a condition on the child namespace.
          const isInChild = group.some(({ source, target }) =>
            [source, target].some(({ namespace }) => namespace.id === CHILD.id),
          );
          const beside = 2 * group.length + Number(isInChild);
          expect(model.apply(group)).toHaveLength(writes - beside);
        }
      }),
      RUNS,
    );
  });

  it('lets no two chunks change the same key', () => {
    fc.assert(
      fc.property(situations, (situation) => {
        const { chunks, model } = plan(situation);
        const touched = chunks.map(
          (chunk) =>
            new Set(
              groupsOf(chunk)
                .flatMap((group) => model.apply(group))
                .map(keyOf),
            ),
        );
        const all = touched.flatMap((keys) => [...keys]);
        expect(new Set(all).size).toBe(all.length);
      }),
      RUNS,
    );
  });
});

function keyOf(write: ReturnType<Model['apply']>[number]): string {
  const key = refOf(write);
  return placeId(key.pk, key.sk);
}
