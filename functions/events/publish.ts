/**
 * Announces on the event bus what happened to migrations and bulk runs. The source is the stream of their table, so every
 * committed change is announced, even if the writer died right after it. A change that the bus did not take is delivered
 * again, with those after it (R8).
 */

import { runAnnouncements } from '../bulk/bulkInfo.ts';
import { runOf } from '../bulk/bulkRun.ts';
import { EVENTS_PER_CALL, MAX_EVENT_BYTES } from '../limits.ts';
import type { Announcement, Bus } from '../ports/bus.ts';
import type { Log } from '../ports/deps.ts';
import type { Item } from '../ports/store.ts';
import { announcementsOf } from '../remount/announcements.ts';
import { migrationOf } from '../remount/migration.ts';
import { inBatches } from '../store/inBatches.ts';

/** One write to one item. */
export interface StreamChange {
  /** The sequence number of its record in the stream. */
  sequence: string;
  before: Item | undefined;
  after: Item | undefined;
}

/**
 * @param changes in the order of the stream
 * @returns the sequence number of the first change to deliver again; undefined when all are announced
 */
export async function publish(bus: Bus, log: Log, changes: StreamChange[]): Promise<string | undefined> {
  const due = changes.flatMap(({ sequence, before, after }) =>
    announcementsFor(before, after).map((announcement) => ({ sequence, ...bearable(announcement) })),
  );
  const limits = [EVENTS_PER_CALL, MAX_EVENT_BYTES];
  for (const batch of inBatches(due, limits, ({ bytes }) => [1, bytes])) {
    const taken = await put(
      bus,
      log,
      batch.map(({ announcement }) => announcement),
    );
    const missed = batch.find((_, k) => !taken[k]);
    if (missed) return missed.sequence;
  }
  return undefined;
}

/** An announcement that no call takes would stop all that follow. The status of the migration has what is left out. */
function bearable(announcement: Announcement): { announcement: Announcement; bytes: number } {
  const bytes = bytesOf(announcement);
  if (bytes <= MAX_EVENT_BYTES) return { announcement, bytes };
  const { policies: _, ...detail } = announcement.detail;
  const rest = { ...announcement, detail };
  return { announcement: rest, bytes: bytesOf(rest) };
}

function bytesOf({ detail }: Announcement): number {
  return Buffer.byteLength(JSON.stringify(detail));
}

function announcementsFor(before: Item | undefined, after: Item | undefined): Announcement[] {
  const migration = migrationOf(after);
  if (migration) return announcementsOf(migrationOf(before), migration);
  const run = runOf(after);
  return run ? runAnnouncements(runOf(before), run) : [];
}

/** @returns for each announcement, whether the bus took it; empty if the call failed */
async function put(bus: Bus, log: Log, announcements: Announcement[]): Promise<boolean[]> {
  try {
    const taken = await bus.put(announcements);
    const missed = taken.filter((isTaken) => !isTaken).length;
    if (missed > 0) log.warn('the bus did not take all announcements', { missed });
    return taken;
  } catch (error) {
    log.warn('the bus did not answer', { error: (error as Error).name });
    return [];
  }
}
