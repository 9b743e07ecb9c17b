/**
 * The pure planner of every change to a namespace tree: enable, disable, move, swap, namespace create and delete.
 *
 * The tree is prefix-free (R1). Each proper prefix of an entry's path is a fork, an item that counts the entries
 * below it; an entry is put only where no fork with a count above 0 sits, and a fork is raised only where no entry
 * sits. The plan is the final state of each key, each key once, conditional on the state before (architecture §3).
 */

import { ABSENT, type Condition, type Match, type PlacedItem, type Ref, type Write } from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import { ancestors } from './path.ts';

/** What happens to the entry at one path: it goes (`before` only), comes (`after` only) or changes (both). */
export interface TreeChange {
  namespaceId: string;
  path: string;
  /** The condition that the entry is still the one that was read. */
  before?: Match;
  after?: PlacedItem;
}

/** Nothing sits at the key, or a fork that nothing is below of any more. */
const FREE: Condition = [ABSENT, { kind: 'fork', count: { atMost: 0 } }];

/** Two changes of one plan that cannot both be: two entries at one path, or one inside the other. */
export class Overlap extends Error {
  override readonly name = 'Overlap';
}

interface KeyPlan {
  key: Ref;
  before?: Match;
  after?: PlacedItem;
  /** By how much the number of entries below this key changes. */
  below: number;
}

/**
 * @returns the writes of one transaction that bring the tree from the state before to the state after
 * @throws Overlap when the state after would break R1 whatever the state before is
 */
export function planTree(changes: TreeChange[]): Write[] {
  return [...keyPlans(changes).values()].flatMap(writeOf);
}

/** @returns the forks that lose entries by these changes, and may be empty afterwards */
export function thinnedForks(changes: TreeChange[]): Ref[] {
  return [...keyPlans(changes).values()].filter(({ below }) => below < 0).map(({ key }) => key);
}

function keyPlans(changes: TreeChange[]): Map<string, KeyPlan> {
  const plans = new Map<string, KeyPlan>();
  const at = (namespaceId: string, path: string): KeyPlan => {
    const key = treeKey(namespaceId, path);
    const id = `${key.pk}|${key.sk}`;
    const plan = plans.get(id) ?? { key, below: 0 };
    plans.set(id, plan);
    return plan;
  };
  for (const { namespaceId, path, before, after } of changes) {
    const entry = at(namespaceId, path);
    if ((before && entry.before) || (after && entry.after)) throw new Overlap(path);
    if (before) entry.before = before;
    if (after) entry.after = after;
    const growth = (after ? 1 : 0) - (before ? 1 : 0);
    for (const fork of ancestors(path)) at(namespaceId, fork).below += growth;
  }
  return plans;
}

function writeOf({ key, before, after, below }: KeyPlan): Write[] {
  if (after && below > 0) throw new Overlap(key.sk);
  if (after) return [{ put: after, if: before ?? freedBy(below) }];
  if (before && below > 0) return [{ put: { ...key, kind: 'fork', count: below }, if: before }];
  if (before) return [{ delete: key, if: before }];
  if (below === 0) return [];
  const grown: Condition = [ABSENT, { kind: 'fork' }];
  return [
    {
      update: key,
      set: { kind: 'fork' },
      add: { count: below },
      if: below > 0 ? grown : { kind: 'fork' },
    },
  ];
}

/** An entry may come where a fork is, if the same plan takes away all that the fork counts. */
function freedBy(below: number): Condition {
  return below < 0 ? { kind: 'fork', count: -below } : FREE;
}
