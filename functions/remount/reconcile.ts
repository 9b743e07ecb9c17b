/**
 * Restarts work whose heartbeat is overdue: migrations, bulk runs and teardowns whose execution failed, never started or
 * hangs. Two executions of one record at the same time are expected and harmless (architecture §5).
 */

import { MAX_ATTEMPT_PAUSE_MS, OVERDUE_MS, RECONCILED_PER_SHARD, SWITCH_DEADLINE_MS } from '../limits.ts';
import type { Deps, Machine } from '../ports/deps.ts';
import { ConditionFailed, type Item, type Key, type Store, StoreBusy, type Update } from '../ports/store.ts';
import { openShards } from '../store/keys.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { notSwitchedInTime } from './failures.ts';
import { failed, machineOf, migrationOf } from './migration.ts';

export interface Reconciled {
  /** Overdue records. */
  overdue: number;
  /** Executions started for them. */
  restarted: number;
  /** Migrations that failed because they could not switch in time. */
  expired: number;
  /** Records that could not be restarted this time. */
  stuck: number;
}

/** The state machine for each other kind of record. */
const MACHINES: Record<string, Machine> = { bulk: 'bulk', teardown: 'teardown' };

export async function reconcile(deps: Deps): Promise<Reconciled> {
  const result: Reconciled = { overdue: 0, restarted: 0, expired: 0, stuck: 0 };
  for (const pk of openShards()) {
    const range = { table: 'migrations', index: 'open', pk } as const;
    const shown = await deps.store.query({ ...range, atMost: deps.clock.now(), limit: RECONCILED_PER_SHARD });
    await severalAtOnce(shown, (key) => reconcileOne(deps, key, result));
  }
  deps.log.info('reconciled', { ...result });
  return result;
}

/** A record that cannot be restarted must not block the others. */
async function reconcileOne(deps: Deps, key: Key, result: Reconciled): Promise<void> {
  try {
    const item = await overdueItem(deps, key);
    if (!item) return;
    result.overdue++;
    result[await restartOrExpire(deps, item)]++;
  } catch (error) {
    if (error instanceof ConditionFailed) return;
    result.stuck++;
    deps.log.error('a record could not be restarted', { id: key.pk, error: (error as Error).name });
    // A busy store recovers within a minute; a damaged record stays damaged.
    await putBack(deps, key, error instanceof StoreBusy ? OVERDUE_MS : MAX_ATTEMPT_PAUSE_MS);
  }
}

/** Moves the record back in the index, so that many such records do not fill its front. */
async function putBack({ store, clock, log }: Deps, { pk, sk }: Key, pauseMs: number): Promise<void> {
  const nextLook = clock.now() + pauseMs;
  const update: Update = {
    update: { table: 'migrations', pk, sk },
    set: { nextLook },
    if: { open: { present: true } },
  };
  await store
    .commit([update])
    .catch((error) =>
      log.error('a record could not be moved back in the index', { id: pk, error: error.name }),
    );
}

/** The index may lag, so the item itself decides whether it is overdue. */
async function overdueItem({ store, clock }: Deps, { pk, sk }: Key): Promise<Item | undefined> {
  const item = await store.get({ table: 'migrations', pk, sk });
  return item && typeof item.nextLook === 'number' && item.nextLook <= clock.now() ? item : undefined;
}

async function restartOrExpire(deps: Deps, item: Item): Promise<'restarted' | 'expired' | 'stuck'> {
  const now = deps.clock.now();
  const migration = migrationOf(item);
  if (
    migration?.phase === 'accepted' &&
    !migration.cluster &&
    !(now - migration.acceptedAt <= SWITCH_DEADLINE_MS)
  ) {
    await deps.store.commit([failed(migration, notSwitchedInTime(), now)]);
    return 'expired';
  }
  const machine = migration ? machineOf(migration) : MACHINES[item.kind as string];
  if (!machine) throw new TypeError('no machine works on such records');
  const attempt = await nextAttempt(deps.store, item, now);
  try {
    await deps.workflows.start(machine, `${item.pk}-${attempt}`, { id: item.pk });
    return 'restarted';
  } catch (error) {
    // Its next check is already set for soon, and what stops workflows from starting is temporary.
    deps.log.warn('a workflow did not start', { id: item.pk, error: (error as Error).name });
    return 'stuck';
  }
}

/** Raises the attempt number before the start, because the name of a closed execution stays taken for 90 days. */
async function nextAttempt(store: Store, { pk, sk, attempt }: Item, now: number): Promise<number> {
  if (typeof attempt !== 'number') throw new TypeError('the record has no attempt');
  const next = attempt + 1;
  const pause = Math.min(OVERDUE_MS * 2 ** (next - 2), MAX_ATTEMPT_PAUSE_MS);
  await store.commit([
    {
      update: { table: 'migrations', pk, sk },
      set: { attempt: next, nextLook: now + pause },
      if: { attempt, open: { present: true } },
    },
  ]);
  return next;
}
