/**
 * Starts the run of a schedule at a planned time (architecture §8). Its policies must allow it with the text they have
 * now. The scheduler may deliver a planned time twice; the run is started once. A time is skipped while the previous
 * run is in progress.
 */

import { NothingToMove } from '../bulk/errors.ts';
import { findRun } from '../bulk/readRun.ts';
import { RUNS_PATH, sentRun } from '../bulk/readRunRequest.ts';
import { startRunFromBody } from '../bulk/startRun.ts';
import { authorizeDelegate } from '../credentials/delegated.ts';
import { VaultError } from '../http/errors.ts';
import { shortened } from '../http/shortened.ts';
import { MAX_KEPT_ERROR_BYTES } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { StoreBusy } from '../ports/store.ts';
import { replayed, runKey } from '../remount/idempotency.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { lastWriteAt } from '../store/lastWriteAt.ts';
import { retryContended } from '../store/retryContended.ts';
import { namespaceById } from '../tree/findNamespace.ts';
import { type Namespace, requireUnlocked } from '../tree/namespace.ts';
import { removeSchedule } from './changeSchedule.ts';
import { findSchedule } from './findSchedule.ts';
import { noted, parseScheduleId, type Schedule, scheduleId } from './schedule.ts';

/** The event that the scheduler sends. */
export interface Wake {
  /** That of the schedule ({@link scheduleId}). */
  id: string;
  /** The planned time, in ISO 8601. */
  planned: string;
}

/** The result: a run, or none because the previous one is in progress, or none because there is nothing to do. */
export type Woken =
  | { bulk_id: string }
  | { skipped_for: string }
  | { nothing: 'gone' | 'in a namespace that is deleted' | 'past' | 'paused' | 'to move' };

/**
 * The caller retries after an error.
 * @throws VaultError when the run is refused; the record notes why
 * @throws StoreBusy while the run of another planned time may be starting, or the record may not be written yet
 */
export async function runScheduled(deps: Deps, { id, planned }: Wake): Promise<Woken> {
  const plannedAt = Date.parse(planned);
  const woken = await retryContended(() => wake(deps, id, plannedAt));
  deps.log.info('woken by a schedule', { schedule_id: id, planned, ...woken });
  return woken;
}

/** @throws ConditionFailed when the schedule has changed meanwhile */
async function wake(deps: Deps, id: string, plannedAt: number): Promise<Woken> {
  const { namespaceId, name } = parseScheduleId(id);
  const [schedule, namespace] = await Promise.all([
    findSchedule(deps.store, namespaceId, name),
    namespaceById(deps.store, namespaceId),
  ]);
  if (!schedule || !namespace) {
    // The timetable is written before the record (schedule.ts), so the record may still come. The scheduler retries.
    if (namespace && deps.clock.now() <= lastWriteAt(deps, plannedAt))
      throw new StoreBusy('the schedule may not be recorded yet');
    await removeSchedule(deps, { namespaceId, name });
    return { nothing: 'gone' };
  }
  const { lastRun, lastSkipped } = schedule;
  if (plannedAt === lastSkipped?.plannedAt) return { skipped_for: lastSkipped.bulkId };
  if (plannedAt === lastRun?.plannedAt && lastRun.bulkId) return { bulk_id: lastRun.bulkId };
  if (plannedAt === lastRun?.plannedAt && lastRun.isEmpty) return { nothing: 'to move' };
  if (plannedAt !== lastRun?.plannedAt) {
    if (isPast(schedule, plannedAt)) return { nothing: 'past' };
    if (schedule.pausedAt !== undefined) return { nothing: 'paused' };
    const bulkId = await unfinishedRun(deps, schedule);
    if (bulkId !== undefined) {
      await deps.store.commit([noted(schedule, { lastSkipped: { plannedAt, bulkId } })]);
      return { skipped_for: bulkId };
    }
  }
  // The claim: from here on, no other planned time is started before the result of this one is known.
  await deps.store.commit([noted(schedule, { lastRun: { plannedAt, claimedAt: deps.clock.now() } })]);
  return start(deps, { ...schedule, version: schedule.version + 1 }, namespace, plannedAt);
}

/** Whether the time is before the schedule was created, after its end, or before a later time that was handled. */
function isPast({ createdAt, end, lastRun, lastSkipped }: Schedule, plannedAt: number): boolean {
  // Planned times are whole seconds.
  const isOfPredecessor = plannedAt < Math.floor(createdAt / 1_000) * 1_000;
  const latest = Math.max(lastRun?.plannedAt ?? 0, lastSkipped?.plannedAt ?? 0);
  return isOfPredecessor || plannedAt > end || plannedAt < latest;
}

/**
 * The id of the previous run, if it is in progress. If the record has no id, the idempotency key of that run has it.
 * @throws StoreBusy while that run may still be starting
 */
async function unfinishedRun(deps: Deps, schedule: Schedule): Promise<string | undefined> {
  const { lastRun } = schedule;
  if (!lastRun) return undefined;
  const { plannedAt, claimedAt } = lastRun;
  const bulkId = lastRun.bulkId ?? (await replayed(deps, runKey(scheduleId(schedule), plannedAt)));
  const mayBeStarting = claimedAt !== undefined && deps.clock.now() <= lastWriteAt(deps, claimedAt);
  if (bulkId === undefined && mayBeStarting) throw new StoreBusy('the previous run is being started');
  const read = bulkId === undefined ? undefined : await findRun(deps.store, bulkId);
  return read?.run.status === 'in-progress' ? bulkId : undefined;
}

/** A result is not noted if something newer is: the next delivery of this time finds the same result without the note. */
async function start(
  deps: Deps,
  schedule: Schedule,
  namespace: Namespace,
  plannedAt: number,
): Promise<Woken> {
  try {
    const bulkId = await authorizeAndStart(deps, schedule, namespace, plannedAt);
    await commitUnlessDone(deps.store, [noted(schedule, { lastRun: { plannedAt, bulkId } })]);
    return { bulk_id: bulkId };
  } catch (error) {
    if (error instanceof NothingToMove) {
      await commitUnlessDone(deps.store, [noted(schedule, { lastRun: { plannedAt, isEmpty: true } })]);
      return { nothing: 'to move' };
    }
    if (error instanceof VaultError) {
      const kept = shortened(error.message, MAX_KEPT_ERROR_BYTES);
      await commitUnlessDone(deps.store, [noted(schedule, { lastRun: { plannedAt, error: kept } })]);
    }
    throw error;
  }
}

async function authorizeAndStart(
  deps: Deps,
  schedule: Schedule,
  namespace: Namespace,
  plannedAt: number,
): Promise<string> {
  const { home, policies, name } = schedule;
  requireUnlocked(namespace);
  const body = JSON.parse(schedule.body) as Record<string, unknown>;
  const request = { namespace, path: RUNS_PATH, ...sentRun(body) };
  const acl = await authorizeDelegate(deps, home, policies, request);
  const requestedBy = { displayName: `schedule-${name}`, accessor: '', namespace: namespace.path };
  const key = runKey(scheduleId(schedule), plannedAt);
  // Whoever may read the schedule reads why a run was refused.
  const judges = { acl, isOverheard: true };
  return (await startRunFromBody(deps, { namespace, requestedBy, judges }, body, key, true)).id;
}
