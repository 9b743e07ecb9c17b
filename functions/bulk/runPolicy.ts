/**
 * The record of a policy that a run is to change. Pure.
 *
 * ordered → added (before the first move) → settled (after the last one), or left from any of them. Natively each transition is in
 * the transaction that writes the policy, so it happens once, however many executions try. On a cluster the record has each write
 * before the cluster has it, so every execution makes the same one, and finds it if it was made.
 */

import type { Splice } from '../policies/splices.ts';
import type { Condition, Item, Put, Update } from '../ports/store.ts';
import type { BegunWrite } from '../remount/onCluster.ts';
import type { ChangedPolicy, PolicyRef } from '../remount/policyOrder.ts';
import type { TextChange } from '../remount/textChange.ts';
import { bulkPolicyKey } from '../store/keys.ts';
import { record } from '../store/record.ts';

/** A policy, and what restores it if the run is an undo. */
export interface OrderedPolicy extends PolicyRef {
  restores?: Pick<ChangedPolicy, 'digest' | 'back'>;
}

export interface RunPolicy extends OrderedPolicy {
  number: number;
  phase: 'ordered' | 'added' | 'settled' | 'left';
  /** The version and the SHA-256 of the text as the run has written it last; absent while it has written none. */
  version?: number;
  digest?: string;
  /** What takes the changes of the run back, as long as the policy has this text. */
  back?: Splice[];
  /** The rules that were added before the moves, as they stand in the text. */
  added?: string[];
  /** On a cluster: the write that was begun, and is not recorded as made. */
  writing?: BegunWrite & Pick<RunPolicy, 'added'>;
  /** How many writes were begun there. */
  writes?: number;
  /** Why the policy is left as it is. */
  reason?: string;
}

const RECORD = record<RunPolicy>('run-policy');

/** @param ttl epoch seconds */
export function newRunPolicy(id: string, number: number, ordered: OrderedPolicy, ttl: number): Put {
  const { namespaceId, namespacePath, name, restores } = ordered;
  const policy: RunPolicy = {
    ...{ namespaceId, namespacePath, name, number, phase: 'ordered' },
    ...(restores && { restores }),
  };
  return { put: RECORD.at(bulkPolicyKey(id, number), policy, { ttl }) };
}

export function runPolicyOf(item: Item | undefined): RunPolicy | undefined {
  return RECORD.of(item);
}

/** The rules of a text that a change has added to it. */
export function rulesAddedBy({ after, back }: Pick<TextChange, 'after' | 'back'>): string[] {
  return back.map(({ start, end }) => after.slice(start, end));
}

/** @param change nothing if no rule is to be added */
export function rulesAdded(
  id: string,
  policy: RunPolicy,
  change: (Written & Pick<RunPolicy, 'added'>) | undefined,
): Update {
  if (!change) return transition(id, policy, { phase: 'added' });
  const { version, digest, back, added = [] } = change;
  return transition(id, policy, { phase: 'added', version, digest, back, added });
}

/** The text is what it is to be after the moves that were made. */
export function policySettled(id: string, policy: RunPolicy, { version, digest, back }: Written): Update {
  return transition(id, policy, { phase: 'settled', version, digest, back }, ['added']);
}

type Written = Pick<ChangedPolicy, 'version' | 'digest' | 'back'>;

/** A write of the policy is about to be made on a cluster. */
export function writeBegun(
  id: string,
  policy: RunPolicy,
  begun: Required<Pick<RunPolicy, 'writing' | 'writes'>>,
): Update {
  return { update: bulkPolicyKey(id, policy.number), set: begun, if: unchangedSince(policy) };
}

export function policyLeft(id: string, policy: RunPolicy, reason: string): Update {
  return transition(id, policy, { phase: 'left', reason });
}

/** What a run has changed of a policy; nothing if it has left it, or given it back its text. */
export function changedByRun(policy: RunPolicy): ChangedPolicy | undefined {
  const { namespaceId, namespacePath, name, version, digest, back = [] } = policy;
  if (version === undefined || digest === undefined || back.length === 0) return undefined;
  return { namespaceId, namespacePath, name, version, digest, back };
}

/** What was begun is over with it. */
function transition(
  id: string,
  policy: RunPolicy,
  set: Partial<RunPolicy>,
  remove: (keyof RunPolicy)[] = [],
): Update {
  const key = bulkPolicyKey(id, policy.number);
  return { update: key, set, remove: [...remove, 'writing'], if: unchangedSince(policy) };
}

/** Fails if another execution has begun a write that this one does not know: what the policy is now may be the work of that. */
function unchangedSince({ phase, writes }: RunPolicy): Condition {
  return { phase, writes: writes ?? { absent: true } };
}
