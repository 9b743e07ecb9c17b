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
    announcementsFor(before, after).map((announcement) => ({ sequence, announcement })),
  );
  for (const batch of batchesOf(due)) {
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

interface Due {
  sequence: string;
  announcement: Announcement;
}

/** As many as one call takes, by their number and by their bytes. */
function batchesOf(due: Due[]): Due[][] {
  const batches: Due[][] = [];
  let left = 0;
  for (const { sequence, announcement } of due) {
    const one = { sequence, announcement: ofBearableSize(announcement) };
    const bytes = bytesOf(one.announcement);
    const batch = batches.at(-1);
    if (batch && batch.length < EVENTS_PER_CALL && bytes <= left) {
      batch.push(one);
      left -= bytes;
    } else {
      batches.push([one]);
      left = MAX_EVENT_BYTES - bytes;
    }
  }
  return batches;
}

/** An announcement that no call takes would stop all that follow. The status of the migration has what is left out. */
function ofBearableSize(announcement: Announcement): Announcement {
  if (bytesOf(announcement) <= MAX_EVENT_BYTES) return announcement;
  const { policies: _, ...detail } = announcement.detail;
  return { ...announcement, detail };
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
