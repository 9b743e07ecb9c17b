/** What is announced of a bulk run: its end. What has become of each move its migration announces. Pure. */

import type { Announcement } from '../ports/bus.ts';
import { runInfo } from './bulkInfo.ts';
import type { BulkRun } from './bulkRun.ts';

/** @param before the run before a write; nothing when it is new */
export function announcementsOf(before: BulkRun | undefined, after: BulkRun): Announcement[] {
  const { id, finishedAt, namespacePath, total } = after;
  if (finishedAt === undefined || before?.finishedAt !== undefined) return [];
  const detail = { id: `${id}/finished`, bulk_id: id, namespace: namespacePath, total, ...runInfo(after) };
  return [{ type: 'Bulk Finished', at: finishedAt, detail }];
}
