/** What a pass over the policies of a run makes of each: rules for the targets before the first move, and the rest after the last. */

import { mayBeAtTarget } from '../cluster/transitions.ts';
import { writtenRulesOf } from '../policies/policyRecord.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item, Update } from '../ports/store.ts';
import type { Ends, MovesFor } from '../remount/missingRules.ts';
import type { TextChange } from '../remount/textChange.ts';
import type { BulkRun } from './bulkRun.ts';
import { movesNamed } from './movesOfRules.ts';
import { migrationsOf, readRunRows } from './readRun.ts';
import { type KeptRow, migrationIdOf } from './rowRecord.ts';
import { policySettled, type RunPolicy, rulesAdded } from './runPolicy.ts';
import { settledPolicy, withAddedRules } from './runPolicyTexts.ts';

/** `add` comes before the first move, `settle` after the last one. */
export type PassName = 'add' | 'settle';

export interface Pass {
  name: PassName;
  /**
   * @param item of the policy as it is stored now
   * @param now epoch milliseconds
   * @returns a text says why the policy is left as it is; nothing if the pass has nothing to do with it
   */
  changeOf(policy: RunPolicy, item: Item | undefined, now: number): TextChange | string | undefined;
  /** The record of the policy after the pass. */
  done(id: string, policy: RunPolicy, change: Parameters<typeof rulesAdded>[2]): Update;
}

/** Every execution makes the same of a text: which moves were made is decided when policies are settled. */
export function passOf(name: PassName, deps: Pick<Deps, 'store'>, run: BulkRun): Promise<Pass> {
  return name === 'add' ? adding(deps, run) : settling(deps, run);
}

async function adding({ store }: Pick<Deps, 'store'>, { id }: BulkRun): Promise<Pass> {
  const moves = movesNamed((await readRunRows(store, id)).map((row) => endsOf(id, row)));
  return {
    name: 'add',
    changeOf: (policy, item, now) => withAddedRules(policy, item, moves, now),
    done: rulesAdded,
  };
}

async function settling({ store }: Pick<Deps, 'store'>, { id, policies: order }: BulkRun): Promise<Pass> {
  if (!order) throw new TypeError('the run changes no policies');
  const rows = await readRunRows(store, id);
  const migrations = await migrationsOf(store, id, rows);
  // A switched mount stays at its target, also while its leases are being revoked.
  const isMade = (i: number) => migrations[i] !== undefined && migrations[i].status !== 'failure';
  const made = rows.filter((_, i) => isMade(i));
  const moves = {
    movesFor: movesNamed(made.map((row) => endsOf(id, row))),
    isWhole: made.length === rows.length,
  };
  const unsure = rows.filter((_, i) => migrations[i] !== undefined && mayBeAtTarget(migrations[i]));
  const unsureFor = movesNamed(unsure.map((row) => endsOf(id, row)));
  return {
    name: 'settle',
    changeOf: (policy, item, now) =>
      item && namesAny(unsureFor, policy, item, now)
        ? UNSURE
        : settledPolicy(order, policy, item, moves, now),
    done(id, policy, change) {
      if (!change) throw new TypeError('a policy is settled with the text that it has');
      return policySettled(id, policy, change);
    },
  };
}

const UNSURE =
  'a mount that it names may be at its target although the move has failed, so the rules that were added stay';

function namesAny(movesFor: MovesFor, { namespacePath }: RunPolicy, item: Item, now: number): boolean {
  return writtenRulesOf(item, now).some(({ path }) => [...movesFor(namespacePath, path)].length > 0);
}

function endsOf(runId: string, { row, source, target }: KeptRow): Ends {
  const end = ({ namespacePath, path }: KeptRow['source']) => ({ namespace: { path: namespacePath }, path });
  return { source: end(source), target: end(target), id: migrationIdOf(runId, row) };
}
