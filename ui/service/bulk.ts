/** Requests for bulk runs, and the fields of the answers (docs/bulk.md). */

import type { BulkInfo, BulkStatus, PlanInfo, RowInfo, StartedBulk } from '../../functions/bulk/answers.ts';
import type { PolicyMode } from './migrations.ts';
import { data, listed, planned, request, type Warned } from './request.ts';
import type { Session } from './session.ts';

/** What to move, and how. */
export interface BulkOrder {
  csv?: string;
  rules?: { from: string; to: string }[];
  atomic: boolean;
  policies: PolicyMode;
  tolerated_failures?: string;
}

const RUNS = 'sys/remount/bulk';

/** @param after the id after which to start; empty for the newest */
export function listRuns(
  session: Session,
  after: string,
  limit: number,
  signal?: AbortSignal,
): Promise<[string, BulkInfo][]> {
  return listed(session, RUNS, { after, limit: String(limit) }, signal);
}

/** Maximum of the service for one page. */
const MAX_PAGE = 1_000;

/** The first moves of a run, in the order of its request. */
export async function listRows(
  session: Session,
  id: string,
  limit: number,
  signal: AbortSignal,
): Promise<[migrationId: string, row: RowInfo][]> {
  const rows: [string, RowInfo][] = [];
  for (;;) {
    const size = Math.min(MAX_PAGE, limit - rows.length);
    const after = rows.at(-1)?.[0] ?? '';
    const page = await listed<RowInfo>(session, `${RUNS}/${id}`, { after, limit: String(size) }, signal);
    rows.push(...page);
    if (page.length < size || rows.length === limit) return rows;
  }
}

/**
 * @param seen the entity tag of the last answer
 * @returns undefined when nothing has changed
 */
export async function readRun(
  session: Session,
  id: string,
  { seen, signal }: { seen?: string | undefined; signal: AbortSignal },
): Promise<{ info: BulkInfo; etag: string } | undefined> {
  const headers = seen ? { 'If-None-Match': seen } : {};
  const answer = await request(session, `${RUNS}/${id}`, { headers, signal });
  if (answer.status === 304) return undefined;
  const { data } = (await answer.json()) as { data: BulkStatus };
  return { info: data.bulk_info, etag: answer.headers.get('ETag') ?? '' };
}

export function planBulk(session: Session, order: BulkOrder): Promise<Warned<PlanInfo>> {
  return planned(session, RUNS, { ...order, dry_run: true });
}

export function planUndo(session: Session, id: string): Promise<Warned<PlanInfo>> {
  return planned(session, `${RUNS}/undo/${id}`, { dry_run: true });
}

/** @returns the id of the run; the same for the same key */
export async function startBulk(
  session: Session,
  order: BulkOrder,
  reason: string,
  key: string,
): Promise<string> {
  return start(session, RUNS, { ...order, ...(reason && { reason }) }, key);
}

/** @returns the id of the new run that undoes this one */
export async function undoBulk(session: Session, id: string, reason: string, key: string): Promise<string> {
  return start(session, `${RUNS}/undo/${id}`, reason ? { reason } : {}, key);
}

async function start(
  session: Session,
  path: string,
  body: Record<string, unknown>,
  key: string,
): Promise<string> {
  const headers = { 'Idempotency-Key': key };
  return (await data<StartedBulk>(session, path, { method: 'POST', body, headers })).bulk_id;
}

export async function cancelBulk(session: Session, id: string, reason: string): Promise<void> {
  await request(session, `${RUNS}/cancel/${id}`, { method: 'POST', body: reason ? { reason } : {} });
}

/** The whole report. The service returns a long one in parts. */
export async function readReport(session: Session, id: string, format: 'csv' | 'jsonl'): Promise<string[]> {
  const parts: string[] = [];
  for (let after: string | undefined = '0'; after !== undefined; ) {
    const answer = await request(session, `${RUNS}/report/${id}`, { query: { format, after } });
    const text = await answer.text();
    const isFirst = parts.length === 0;
    parts.push(format === 'csv' && !isFirst ? text.slice(text.indexOf('\n') + 1) : text);
    after = /[?&]after=(\d+)/.exec(answer.headers.get('Link') ?? '')?.[1];
  }
  return parts;
}

/** The rows of a run that has ended without moving them, in the order of its request; paths as the session sees them. */
export async function listUnmoved(session: Session, id: string): Promise<{ from: string; to: string }[]> {
  const report = await readReport(session, id, 'jsonl');
  const rows = report
    .flatMap((part) => part.split('\n').filter(Boolean))
    .map((line): RowInfo => JSON.parse(line));
  const inside = (path: string) => path.slice(session.namespace.length);
  return rows
    .filter(({ status }) => status === 'failure' || status === 'skipped')
    .map(({ source_mount, target_mount }) => ({ from: inside(source_mount), to: inside(target_mount) }));
}
