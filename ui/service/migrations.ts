/** Requests for migrations, and the fields of the answers (docs/migrations.md). */

import type {
  IrrevocableList,
  MigrationInfo,
  MigrationStatus,
  Preview,
  RetriedLeases,
  Started,
} from '../../functions/remount/answers.ts';
import { data, listed, planned, request, type Warned } from './request.ts';
import type { Session } from './session.ts';

export interface Migration {
  id: string;
  info: MigrationInfo;
}

/** What a move or an undo would do. If it was already made, only `migration_id`. */
export type MovePlan = Warned<Preview & { migration_id?: Started['migration_id'] }>;

export interface Irrevocable {
  told: { leaseId: string; reason: string }[];
  /** How many the session may not see. */
  hidden: number;
}

/** Paths are relative to the namespace of the session. */
export interface Move {
  from: string;
  to: string;
  policies?: PolicyMode;
  /** For how long the old path goes on answering; absent for not at all. */
  alias_ttl?: string | undefined;
}

/** What becomes of policy rules that name what is moved. */
export type PolicyMode = 'keep' | 'add' | 'follow';

/** Filters of the service; an empty one is none. Paths are whole, and relative to the namespace of the session. */
interface MigrationQuery {
  status?: string;
  /** The id after which to start; empty for the newest. */
  after?: string;
  source?: string;
  target?: string;
  /** The run that they are part of. */
  bulk_id?: string;
  /** A time or an age. */
  since?: string;
}

/** Newest first. */
export async function listMigrations(
  session: Session,
  query: MigrationQuery,
  limit: number,
  signal?: AbortSignal,
): Promise<Migration[]> {
  const wish = { ...query, limit: String(limit) };
  const found = await listed<MigrationInfo>(session, 'sys/remount/status', wish, signal);
  return found.map(([id, info]) => ({ id, info }));
}

/**
 * @param seen the entity tag of the last answer
 * @returns undefined when nothing has changed
 */
export async function readMigration(
  session: Session,
  id: string,
  { seen, signal }: { seen?: string | undefined; signal?: AbortSignal } = {},
): Promise<{ info: MigrationInfo; etag: string } | undefined> {
  const answer = await request(session, `sys/remount/status/${id}`, {
    headers: seen ? { 'If-None-Match': seen } : {},
    ...(signal && { signal }),
  });
  if (answer.status === 304) return undefined;
  const { data } = (await answer.json()) as { data: MigrationStatus };
  return { info: data.migration_info, etag: answer.headers.get('ETag') ?? '' };
}

export function planMove(session: Session, move: Move): Promise<MovePlan> {
  return planned(session, 'sys/remount/plan', { ...move });
}

/** The plan of the migration that would undo this one. */
export function planUndo(session: Session, id: string): Promise<MovePlan> {
  return planned(session, `sys/remount/undo/${id}`, { dry_run: true });
}

/** @returns the id of the migration; the same for the same key */
export async function startMove(session: Session, move: Move, reason: string, key: string): Promise<string> {
  const body = { ...move, ...(reason && { reason }) };
  return idOf(session, 'sys/remount', body, key);
}

export async function cancelMigration(session: Session, id: string, reason: string): Promise<void> {
  await request(session, `sys/remount/cancel/${id}`, { method: 'POST', body: reason ? { reason } : {} });
}

/** @returns the id of the new migration that undoes this one */
export async function undoMigration(
  session: Session,
  id: string,
  reason: string,
  key: string,
): Promise<string> {
  return idOf(session, `sys/remount/undo/${id}`, reason ? { reason } : {}, key);
}

async function idOf(
  session: Session,
  path: string,
  body: Record<string, unknown>,
  key: string,
): Promise<string> {
  const headers = { 'Idempotency-Key': key };
  const found = await data<Started>(session, path, { method: 'POST', body, headers });
  return found.migration_id;
}

export async function listIrrevocable(session: Session, id: string): Promise<Irrevocable> {
  const path = `sys/remount/irrevocable/${id}`;
  const found = await data<IrrevocableList>(session, path, { query: { limit: '100' } });
  const { keys, key_info, hidden_leases } = found;
  const told = keys.map((leaseId) => ({ leaseId, reason: key_info[leaseId]?.reason ?? '' }));
  return { told, hidden: hidden_leases };
}

/** @returns how many leases were revoked now, and how many are still irrevocable */
export function retryIrrevocable(session: Session, id: string): Promise<RetriedLeases> {
  return data(session, `sys/remount/irrevocable/${id}/retry`, { method: 'POST', body: {} });
}
