/** Requests for migrations, and the fields of the answers (docs/migrations.md). */

import { data, listed, request } from './request.ts';
import type { Session } from './session.ts';

export interface MigrationInfo {
  source_mount: string;
  target_mount: string;
  status: 'in-progress' | 'success' | 'failure';
  phase: 'accepted' | 'switched' | 'revoking' | 'done';
  progress: { leases_total: number | null; leases_revoked: number; leases_irrevocable: number };
  error: { code: string; message: string } | null;
  /** RFC 3339. */
  created_time: string;
  switched_time: string | null;
  finished_time: string | null;
  requested_by: Requester;
  reason: string | null;
  undo_of: string | null;
  bulk_id: string | null;
}

export interface Requester {
  display_name: string;
  accessor: string;
  namespace: string;
}

export interface Migration {
  id: string;
  info: MigrationInfo;
}

/** What a move would do. */
export interface MovePlan {
  /** Present if the move was already made. */
  migration_id?: string;
  source_mount: string;
  target_mount: string;
  type: string;
  namespaces_crossed: boolean;
  source_namespace: string;
  target_namespace: string;
  revokes: { kind: 'leases' | 'tokens'; total: number; by_role: Record<string, number>; complete: boolean };
  policies: AffectedRule[];
  estimate: { seconds: number };
}

export interface AffectedRule {
  namespace: string;
  policy: string;
  path: string;
  capabilities: string[];
  replacement: { namespace: string; path: string };
}

export interface Irrevocable {
  leaseId: string;
  reason: string;
}

/** Paths are relative to the namespace of the session. */
export interface Move {
  from: string;
  to: string;
}

/** @param after the id after which to start; empty for the newest */
export async function listMigrations(
  session: Session,
  query: { status: string; after: string },
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
  const { data } = (await answer.json()) as { data: { migration_info: MigrationInfo } };
  return { info: data.migration_info, etag: answer.headers.get('ETag') ?? '' };
}

export function planMove(session: Session, move: Move): Promise<MovePlan> {
  return data(session, 'sys/remount', { method: 'POST', body: { ...move, dry_run: true } });
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
  const found = await data<{ migration_id: string }>(session, path, { method: 'POST', body, headers });
  return found.migration_id;
}

export async function listIrrevocable(session: Session, id: string): Promise<Irrevocable[]> {
  const { keys, key_info } = await data<{ keys: string[]; key_info: Record<string, { reason: string }> }>(
    session,
    `sys/remount/irrevocable/${id}`,
    { query: { limit: '100' } },
  );
  return keys.map((leaseId) => ({ leaseId, reason: key_info[leaseId]?.reason ?? '' }));
}

/** @returns how many leases were revoked now, and how many are still irrevocable */
export function retryIrrevocable(
  session: Session,
  id: string,
): Promise<{ leases_revoked: number; leases_irrevocable: number }> {
  return data(session, `sys/remount/irrevocable/${id}/retry`, { method: 'POST', body: {} });
}
