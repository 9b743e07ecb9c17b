/**
 * One run of a schedule: judged by its policies as they are written now, carried out once however often the scheduler
 * wakes it for the same time, and skipped while the run before it goes on (architecture §8).
 */

import { NothingToMove } from '../bulk/errors.ts';
import { readRun } from '../bulk/readRun.ts';
import { startFromBody } from '../bulk/startFromBody.ts';
import { authorizeDelegate } from '../credentials/delegated.ts';
import { namespaceLocked, VaultError } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, StoreBusy } from '../ports/store.ts';
import { replayed, runKey } from '../remount/idempotency.ts';
import { lastWriteAt } from '../store/lastWriteAt.ts';
import { retryContended } from '../store/retryContended.ts';
import { namespaceById } from '../tree/findNamespace.ts';
import type { Namespace } from '../tree/namespace.ts';
import { findSchedule } from './findSchedule.ts';
import { removeSchedule } from './removeSchedule.ts';
import { RUN_PATH } from './runPath.ts';
import { namedBy, noted, type Schedule, scheduleId } from './schedule.ts';

/** What the scheduler brings. */
export interface Wake {
  id: string;
  /** The time for which it was planned, as ISO 8601 has it. */
  planned: string;
}

/** What has come of it: a run, none because another one goes on, or none because there is nothing to do. */
export type Woken =
  | { bulk_id: string }
  | { skipped_for: string }
  | { nothing: 'gone' | 'in a namespace that is deleted' | 'past' | 'to move' };

/**
 * @throws VaultError for what is refused; the record tells it, and the scheduler's call is tried again
 * @throws StoreBusy when another time of the schedule is just being started, or the schedule is just being made
 */
export async function runScheduled(deps: Deps, { id, planned }: Wake): Promise<Woken> {
  const plannedAt = Date.parse(planned);
  const woken = await retryContended(() => wake(deps, id, plannedAt));
  deps.log.info('woken by a schedule', { schedule_id: id, planned, ...woken });
  return woken;
}

/** @throws ConditionFailed when the schedule has changed meanwhile */
async function wake(deps: Deps, id: string, plannedAt: number): Promise<Woken> {
  const { namespaceId, name } = namedBy(id);
  const [schedule, namespace] = await Promise.all([
    findSchedule(deps.store, namespaceId, name),
    namespaceById(deps.store, namespaceId),
  ]);
  if (!schedule || !namespace) {
    // The scheduler is told first (schedule.ts), and may come before the record; it is called again in a minute.
    if (namespace && deps.clock.now() <= lastWriteAt(deps, plannedAt))
      throw new StoreBusy('the schedule may be on its way to be recorded');
    await removeSchedule(deps, { namespaceId, name });
    return { nothing: 'gone' };
  }
  // A deletion may yet be taken back, and its schedules have to be there then.
  if (namespace.deleting) return { nothing: 'in a namespace that is deleted' };
  const { lastRun, lastSkipped } = schedule;
  if (plannedAt === lastSkipped?.plannedAt) return { skipped_for: lastSkipped.bulkId };
  if (plannedAt === lastRun?.plannedAt && lastRun.bulkId) return { bulk_id: lastRun.bulkId };
  if (plannedAt === lastRun?.plannedAt && lastRun.isEmpty) return { nothing: 'to move' };
  if (plannedAt !== lastRun?.plannedAt) {
    if (isPast(schedule, plannedAt)) return { nothing: 'past' };
    const bulkId = await unfinishedRun(deps, schedule);
    if (bulkId !== undefined) {
      await deps.store.commit([noted(schedule, { lastSkipped: { plannedAt, bulkId } })]);
      return { skipped_for: bulkId };
    }
  }
  // From here on no other time is begun before it is known what has come of this one.
  await deps.store.commit([noted(schedule, { lastRun: { plannedAt, claimedAt: deps.clock.now() } })]);
  return start(deps, { ...schedule, version: schedule.version + 1 }, namespace, plannedAt);
}

/** From before the schedule was made, when another one had its name; from after its end; or overtaken by a later one. */
function isPast({ createdAt, end, lastRun, lastSkipped }: Schedule, plannedAt: number): boolean {
  // The scheduler plans to the second.
  const isForerunners = plannedAt < Math.floor(createdAt / 1_000) * 1_000;
  const latest = Math.max(lastRun?.plannedAt ?? 0, lastSkipped?.plannedAt ?? 0);
  return isForerunners || plannedAt > end || plannedAt < latest;
}

/**
 * The run before, if it goes on. Its start may have been noted under its key alone.
 * @throws StoreBusy while that run may be on its way to be started
 */
async function unfinishedRun(deps: Deps, schedule: Schedule): Promise<string | undefined> {
  const { lastRun } = schedule;
  if (!lastRun) return undefined;
  const { plannedAt, claimedAt } = lastRun;
  const bulkId = lastRun.bulkId ?? (await replayed(deps, runKey(scheduleId(schedule), plannedAt)));
  const isOnItsWay = claimedAt !== undefined && deps.clock.now() <= lastWriteAt(deps, claimedAt);
  if (bulkId === undefined && isOnItsWay) throw new StoreBusy('the run before is being started');
  const read = bulkId === undefined ? undefined : await readRun(deps.store, bulkId);
  return read?.run.status === 'in-progress' ? bulkId : undefined;
}

async function start(
  deps: Deps,
  schedule: Schedule,
  namespace: Namespace,
  plannedAt: number,
): Promise<Woken> {
  try {
    const bulkId = await judgeAndStart(deps, schedule, namespace, plannedAt);
    await note(deps, noted(schedule, { lastRun: { plannedAt, bulkId } }));
    return { bulk_id: bulkId };
  } catch (error) {
    if (error instanceof NothingToMove) {
      await note(deps, noted(schedule, { lastRun: { plannedAt, isEmpty: true } }));
      return { nothing: 'to move' };
    }
    if (error instanceof VaultError)
      await note(deps, noted(schedule, { lastRun: { plannedAt, error: error.message } }));
    throw error;
  }
}

async function judgeAndStart(
  deps: Deps,
  schedule: Schedule,
  namespace: Namespace,
  plannedAt: number,
): Promise<string> {
  const { home, policies, name } = schedule;
  if (namespace.lockedAt !== undefined) throw namespaceLocked(namespace.lockedAt);
  const fields = JSON.parse(schedule.body) as Record<string, unknown>;
  await authorizeDelegate(deps, home, policies, { namespace, path: RUN_PATH, fields });
  const requestedBy = { displayName: `schedule-${name}`, accessor: '', namespace: namespace.path };
  const key = runKey(scheduleId(schedule), plannedAt);
  return (await startFromBody(deps, { namespace, requestedBy }, fields, key, true)).id;
}

/** What is noted can be found out without it; another one has noted something newer. */
async function note({ store }: Deps, update: ReturnType<typeof noted>): Promise<void> {
  try {
    await store.commit([update]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
}
