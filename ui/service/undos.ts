/** Finds what has undone a migration or a bulk run, or is undoing it. An undo names what it undoes. */

import type { BulkInfo } from '../../functions/bulk/answers.ts';
import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { listRuns } from './bulk.ts';
import { listMigrations, type Migration } from './migrations.ts';
import type { Session } from './session.ts';

/** Migrations between the same two places since a move; there is seldom more than one. */
const MOST = 50;

/** @returns undefined if there is none, or if only a namespace above that of the session could undo it */
export async function findUndo(
  session: Session,
  id: string,
  { source_mount: source, target_mount: target, created_time: since }: MigrationInfo,
  signal: AbortSignal,
): Promise<Migration | undefined> {
  const { namespace } = session;
  if (![source, target].every((path) => path.startsWith(namespace))) return undefined;
  const [from, to] = [target, source].map((path) => path.slice(namespace.length));
  const query = { source: from as string, target: to as string, since };
  const found = await listMigrations(session, query, MOST, signal);
  return found.find(({ info }) => info.undo_of === id && info.status !== 'failure');
}

/** Runs per request. */
const PAGE = 200;

/** @returns undefined if there is none that has taken a mount back, or may still do so */
export async function findUndoOfRun(
  session: Session,
  id: string,
  { created_time: since }: BulkInfo,
  signal: AbortSignal,
): Promise<[id: string, info: BulkInfo] | undefined> {
  for (let after = ''; ; ) {
    const runs = await listRuns(session, after, PAGE, signal);
    const found = runs.find(([, info]) => info.undo_of === id && isInEffect(info));
    const last = runs.at(-1);
    if (found || !last || runs.length < PAGE || last[1].created_time < since) return found;
    after = last[0];
  }
}

function isInEffect({ status, progress }: BulkInfo): boolean {
  return status !== 'failure' || progress.succeeded > 0;
}
