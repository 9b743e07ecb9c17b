/**
 * The pure planner of every change of a tree: enabling, disabling and moving mounts, creating and deleting namespaces.
 *
 * The tree is prefix-free (R1). Each proper prefix of an entry's path is a fork, an item that counts the entries
 * below it. An entry is put only where there is no fork with a count above 0, and a fork is raised only where there is
 * no entry. The plan writes each key once: its state after, conditional on its state before (architecture §3).
 */

import {
  ABSENT,
  type Condition,
  type Expected,
  type PlacedItem,
  type Ref,
  type Write,
} from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import { ancestors } from './path.ts';

/** The change of the entry at one path: it is removed (`before` only), added (`after` only) or replaced (both). */
export interface TreeChange {
  namespaceId: string;
  path: string;
  /** The condition that the entry has not changed since it was read. */
  before?: Expected;
  after?: PlacedItem;
}

/** There is no item at the key, or an empty fork. */
const FREE: Condition = [ABSENT, { kind: 'fork', count: { atMost: 0 } }];

/** Two changes of one plan exclude each other: they put two entries at one path, or one inside the other. */
export class Overlap extends Error {
  override readonly name = 'Overlap';
}

interface KeyPlan {
  key: Ref;
  before?: Expected;
  after?: PlacedItem;
  /** By how much the number of entries below this key changes. */
  below: number;
}

/**
 * @returns the writes of the changes, for one transaction
 * @throws Overlap when the changes themselves break R1, whatever else is in the tree
 */
export function planTree(changes: TreeChange[]): Write[] {
  return [...keyPlans(changes).values()].flatMap(writeOf);
}

/** @returns the forks that lose entries, and may be empty afterwards */
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

/** An entry may replace a fork if the same plan removes all entries that the fork counts. */
function freedBy(below: number): Condition {
  return below < 0 ? { kind: 'fork', count: -below } : FREE;
}
