/** Decides which policies a run is to change, and whether it may: in one pass over all rules, for all its moves. */

import { refusal, type VaultError } from '../http/errors.ts';
import { MAX_RUN_POLICIES, MAX_RUN_POLICY_BYTES } from '../limits.ts';
import type { PathRule } from '../policies/pathRule.ts';
import { policyRecordOf } from '../policies/policyRecord.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import {
  type Ends,
  eachMissingRule,
  type MissingRule,
  readPoliciesAbove,
  whyLeft,
} from '../remount/missingRules.ts';
import { checkRights, refuseLeft } from '../remount/orderPolicies.ts';
import type { LeftPolicy, PolicyRef } from '../remount/policyOrder.ts';
import { checkOwnRights, type Judges, policyRights } from '../remount/policyRights.ts';
import { changeableRules } from '../remount/ruleSplices.ts';
import { storedChange } from '../remount/storedChange.ts';
import type { TextChange } from '../remount/textChange.ts';
import { policyKey } from '../store/keys.ts';
import type { Namespace } from '../tree/namespace.ts';
import { movesMatched, movesNamed } from './movesOfRules.ts';
import { needsOf } from './orderMoves.ts';
import type { RowMove } from './plan.ts';
import type { OrderedPolicy } from './runPolicy.ts';
import { type RunPolicyMode, settledPolicy, withAddedRules } from './runPolicyTexts.ts';

/** What a run is asked to do with policies. An undo names those that the run before has changed. */
export type AskedPolicies =
  | { mode: 'keep' | 'add' | 'follow' }
  | { mode: 'restore'; follows: boolean; policies: OrderedPolicy[] };

/** What a run is to do with policies. */
export interface RunPolicies {
  order: RunPolicyMode;
  /** In the order of their numbers. */
  policies: OrderedPolicy[];
  changes: PlannedChange[];
  /** Those that an undo would not restore. */
  left: LeftPolicy[];
  /** The stored policies that were read. */
  read: StoredPolicy[];
}

/** A policy, and its text before the run and after it. */
type PlannedChange = PolicyRef & TextChange;

interface StoredPolicy {
  namespace: { id: string; path: string };
  item: Item;
}

/**
 * @param moves of a plan without problems
 * @param namespace that of the request, which learns nothing of those above it (R10)
 * @param judges of the caller
 * @returns nothing if the run leaves policies as they are
 * @throws VaultError 403 when the caller may not write one of the policies, 400 when one cannot be written, when there are too
 *   many, or when a rule would hold for the wrong mount during the run
 */
export async function orderRunPolicies(
  deps: Pick<Deps, 'store' | 'clock' | 'cluster'>,
  asked: AskedPolicies,
  moves: RowMove[],
  { namespace, judges }: { namespace: Namespace; judges: Judges },
): Promise<RunPolicies | undefined> {
  if (asked.mode === 'keep') return undefined;
  const { store, clock, cluster } = deps;
  const now = clock.now();
  const named = movesNamed(moves);
  const read =
    asked.mode === 'restore'
      ? await readNamed(store, asked.policies)
      : await readPoliciesAbove(
          store,
          moves.map(({ source }) => source.namespace),
          namespace,
        );
  const rules = read.map(({ namespace, item }) => changeableRules(item, namespace.path, named, now));
  const order = {
    mode: asked.mode,
    follows: asked.mode === 'restore' ? asked.follows : asked.mode === 'follow',
  };
  refuseCrossing(moves, new Set(rules.flat().map(({ ends }) => ends)), order.follows);
  const policies: OrderedPolicy[] =
    asked.mode === 'restore'
      ? asked.policies
      : read.flatMap(({ namespace, item }, i) =>
          rules[i]?.length
            ? [{ namespaceId: namespace.id, namespacePath: namespace.path, name: item.sk }]
            : [],
        );
  const items = new Map(read.map(({ namespace, item }) => [idOf(namespace.id, item.sk), item]));
  const found: Pick<RunPolicies, 'changes' | 'left'> = { changes: [], left: [] };
  for (const policy of policies) {
    const item = items.get(idOf(policy.namespaceId, policy.name));
    const first = withAddedRules(policy, item, named, now);
    const last = settledPolicy(order, policy, item, { movesFor: named, isWhole: true }, now);
    const { namespaceId, namespacePath, name } = policy;
    const ref = { namespaceId, namespacePath, name };
    const reason = [first, last].map((change) => whyNot(change, ref, item, now, cluster)).find(Boolean);
    if (reason !== undefined) found.left.push({ ...ref, reason });
    else if (typeof last === 'object' && last.before !== last.after) found.changes.push({ ...ref, ...last });
  }
  const rights = await policyRights(judges, [...found.changes, ...found.left]);
  checkRights(found, rights);
  if (asked.mode !== 'restore') refuseLeft(found, rights);
  refuseTooMany(found.changes);
  await checkOwnRights(deps, found.changes);
  return { order, policies, ...found, read };
}

/**
 * @param change of the policy, or why there can be none
 * @returns why it cannot be made; what a cluster takes, it says itself
 */
function whyNot(
  change: TextChange | string | undefined,
  ref: PolicyRef,
  item: Item | undefined,
  now: number,
  cluster: Deps['cluster'],
): string | undefined {
  if (typeof change !== 'object') return change;
  if (cluster || change.before === change.after) return undefined;
  const stored = storedChange(ref, policyRecordOf(ref.name, item, now), change, now);
  return typeof stored === 'string' ? stored : undefined;
}

/**
 * The rules that stay as they are although they would no longer match, each with the first move that it would miss.
 * @param now epoch milliseconds
 */
export function rulesLeft(
  { read }: Pick<RunPolicies, 'read'>,
  moves: readonly Ends[],
  now: number,
): { namespacePath: string; name: string; missing: MissingRule }[] {
  const matched = movesMatched(moves);
  return read.flatMap(({ namespace: { path: namespacePath }, item }) => {
    const seen = new Map<PathRule, MissingRule>();
    for (const missing of eachMissingRule(item, namespacePath, matched, now)) {
      if (!seen.has(missing.rule) && whyLeft(missing, namespacePath) !== undefined)
        seen.set(missing.rule, missing);
    }
    return [...seen.values()].map((missing) => ({ namespacePath, name: item.sk, missing }));
  });
}

async function readNamed(store: Deps['store'], policies: readonly OrderedPolicy[]): Promise<StoredPolicy[]> {
  const items = await store.getMany(policies.map(({ namespaceId, name }) => policyKey(namespaceId, name)));
  return policies.flatMap(({ namespaceId: id, namespacePath: path }, i) => {
    const item = items[i];
    return item ? [{ namespace: { id, path }, item }] : [];
  });
}

/**
 * Before the first move, rules for all targets are added, and after the last one, old rules are taken away. A mount that another
 * one of the run replaces would meanwhile be open to the people of that one, or that one to its people.
 * @param concerned the moves of mounts that policies name
 * @throws VaultError 400
 */
function refuseCrossing(moves: RowMove[], concerned: ReadonlySet<Ends>, follows: boolean): void {
  if (concerned.size === 0) return;
  needsOf(moves).forEach((needed, i) => {
    const entering = moves[i] as RowMove;
    const leaving = needed
      .map((other) => moves[other] as RowMove)
      .find((other) => concerned.has(entering) || (follows && concerned.has(other)));
    if (leaving) throw crossing(entering, leaving);
  });
}

function crossing({ row }: RowMove, leaving: RowMove): VaultError {
  const what = `row ${row} moves to a path that row ${leaving.row} leaves, and policies name one of the mounts`;
  return refusal(
    `${what}: during the run, their rules would hold for the other one; move them in two runs, or one by one, or with "policies": "keep"`,
  );
}

function refuseTooMany(changes: readonly PlannedChange[]): void {
  const bytes = changes.reduce((sum, { after }) => sum + Buffer.byteLength(after), 0);
  if (changes.length <= MAX_RUN_POLICIES && bytes <= MAX_RUN_POLICY_BYTES) return;
  const what = `the moves would change ${changes.length} policies of ${bytes} bytes`;
  throw refusal(
    `${what}, and a run may change ${MAX_RUN_POLICIES} of ${MAX_RUN_POLICY_BYTES} bytes: make several runs of it`,
  );
}

function idOf(namespaceId: string, name: string): string {
  return `${namespaceId}|${name}`;
}
