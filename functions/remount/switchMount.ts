/** Switches the mount of one migration, or fails the migration when that can never succeed. */

import type { Deps } from '../ports/deps.ts';
import { ConditionFailed } from '../ports/store.ts';
import { retryContended } from '../store/retryContended.ts';
import { after, type Failure, failed, type Migration } from './migration.ts';
import { readMigration } from './readMigration.ts';
import { switchPolicies } from './switchPolicies.ts';
import { commitSwitches, findTakenTarget, oneByOne, readMounts, switchOf } from './switchTogether.ts';

/**
 * Switches a migration that is accepted. In any other phase it changes nothing, so the step may run twice.
 * @returns the migration afterwards; undefined when there is none
 * @throws StoreBusy when other writes kept changing the mount
 */
export function switchMount(deps: Deps, id: string): Promise<Migration | undefined> {
  return retryContended(async () => {
    const migration = await readMigration(deps, id);
    return migration?.phase === 'accepted' ? switchOrFail(deps, migration) : migration;
  });
}

/** @throws ConditionFailed when another write came first; the next try reads what it left */
async function switchOrFail(deps: Deps, migration: Migration): Promise<Migration> {
  const { store, clock } = deps;
  const inBatch = await readMounts([migration], store.getMany);
  const { mounts, failures } =
    inBatch.failures.size > 0 ? await readMounts([migration], oneByOne(store)) : inBatch;
  const [failure] = failures.values();
  if (failure) return fail(deps, migration, failure);
  const now = clock.now();
  const switches = [...mounts.values()].map((mount) => switchOf(migration, mount, now));
  const { facts, puts } = await switchPolicies(deps, migration, now);
  const transitions = switches.map(({ transition }) => ({
    ...transition,
    set: { ...transition.set, ...facts },
  }));
  try {
    await commitSwitches(deps, switches, [...transitions, ...puts]);
    return transitions.reduce(after, migration);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const taken = await findTakenTarget(deps, [migration]);
    if (!taken) throw error;
    return fail(deps, migration, taken[1]);
  }
}

async function fail(deps: Deps, migration: Migration, failure: Failure): Promise<Migration> {
  const transition = failed(migration, failure, deps.clock.now());
  await deps.store.commit([transition]);
  return after(migration, transition);
}
