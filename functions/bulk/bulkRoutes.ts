/** The endpoints of bulk runs. */

import { unlessSeen } from '../http/conditional.ts';
import type { Schema } from '../http/fields.ts';
import { requireSudo } from '../http/guards.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { REPLAYED, readIdempotency } from '../remount/idempotency.ts';
import { etagOf } from '../remount/migrationInfo.ts';
import { originOf, readReason, statusLocation } from '../remount/request.ts';
import { LISTED, PLAN, type PlanInfo, ROWS, STARTED, type StartedBulk, TOLD } from './answers.ts';
import { bulkInfo } from './bulkInfo.ts';
import { cancelBulk } from './cancelBulk.ts';
import type { Row } from './plan.ts';
import { planInfo } from './planInfo.ts';
import { planRun, rowsOf } from './planRun.ts';
import { listRows, listRuns, type Part, readBulk } from './readBulk.ts';
import { BULK_FIELDS, readAsked, readWishes, WISH_FIELDS, type Wishes } from './readOrder.ts';
import type { ReadRun } from './readRun.ts';
import { REPORT_TYPES, reportOf } from './report.ts';
import { startBulk } from './startBulk.ts';
import { undoRows } from './undoBulk.ts';

const RUNS = 'sys/remount/bulk';
const PAGE = { after: 'string', limit: 'int' } as const satisfies Schema;

export const bulkRoutes: readonly Route[] = [
  route({
    path: RUNS,
    fields: { ...BULK_FIELDS, ...PAGE },
    query: ['after', 'limit'],
    answers: { write: [STARTED, PLAN], list: LISTED },
    write: async (call) => {
      requireSudo(call);
      const wishes = readWishes(call.fields);
      const asked = readAsked(call.fields);
      return start(call, wishes, () => rowsOf(call.deps, asked, call.namespace));
    },
    list: async ({ deps, namespace, fields }) => {
      const { entries, isCut } = await listRuns(deps, namespace, fields);
      const now = deps.clock.now();
      return listed({ entries: entries.map((read) => [read.run.id, bulkInfo(read, now)]), isCut });
    },
  }),
  route({
    path: `${RUNS}/:bulk_id`,
    fields: PAGE,
    query: ['after', 'limit'],
    answers: { read: TOLD, list: ROWS },
    read: async (call) => {
      const reply = told(call, await find(call));
      return unlessSeen(call, etagOf(reply.data), reply);
    },
    list: async (call) => {
      const { entries, isCut } = await listRows(call.deps, await find(call), call.fields);
      return listed({ entries: entries.map(({ migration_id, ...info }) => [migration_id, info]), isCut });
    },
  }),
  route({
    path: `${RUNS}/cancel/:bulk_id`,
    sudo: true,
    fields: { reason: 'string' },
    answers: { write: TOLD },
    write: async (call) => {
      const reason = readReason(call.fields.reason);
      return told(call, await cancelBulk(call.deps, await find(call), reason));
    },
  }),
  route({
    path: `${RUNS}/undo/:bulk_id`,
    sudo: true,
    fields: WISH_FIELDS,
    answers: { write: [STARTED, PLAN] },
    write: async (call) => {
      const read = await find(call);
      const wishes = { ...readWishes(call.fields), atomic: read.run.atomic };
      return start(call, wishes, () => undoRows(call.deps, read, call.namespace), read.run.id);
    },
  }),
  route({
    path: `${RUNS}/report/:bulk_id`,
    fields: { format: 'string', after: 'int' },
    texts: REPORT_TYPES,
    read: async (call) => {
      const { format, after } = call.fields;
      const { next, ...text } = await reportOf(call.deps, await find(call), format, after);
      return { text, ...(next !== undefined && { headers: { Link: linkTo(format, next) } }) };
    },
  }),
];

/** A run is seen where its request came from, and above; who sees it there may act on it, for all it moves is inside. */
function find({ deps, params, namespace }: Call): Promise<ReadRun> {
  return readBulk(deps, params.bulk_id ?? '', namespace);
}

async function start(
  call: Call,
  { dryRun, ...wishes }: Wishes,
  rows: () => Promise<Row[]>,
  undoOf?: string,
): Promise<Reply<StartedBulk | PlanInfo>> {
  const { deps, namespace } = call;
  const undone = undoOf ? { undo_of: undoOf } : {};
  if (dryRun) {
    const plan = await planRun(deps, await rows(), namespace, wishes.atomic);
    return { data: { ...undone, ...planInfo(plan, wishes.maxConcurrency) } };
  }
  const order = { origin: originOf(call), wishes, key: readIdempotency(call), ...(undoOf && { undoOf }) };
  const { id, total, isReplay } = await startBulk(deps, order, rows);
  const headers = { ...statusLocation(call, id, RUNS), ...(isReplay ? REPLAYED : {}) };
  return { data: { bulk_id: id, total, ...undone }, headers };
}

function told({ deps }: Call, read: ReadRun) {
  return { data: { bulk_id: read.run.id, bulk_info: bulkInfo(read, deps.clock.now()) } };
}

function listed<Info>({
  entries,
  isCut,
}: Part<[string, Info]>): Reply<{ keys: string[]; key_info: Record<string, Info> }> | undefined {
  if (entries.length === 0) return undefined;
  const keys = entries.map(([key]) => key);
  const warnings = isCut ? [`the list goes on: ask for what comes after ${keys.at(-1)}`] : [];
  return { data: { keys, key_info: Object.fromEntries(entries) }, warnings };
}

/** The next part of a report (RFC 8288), relative to where this one was found. */
function linkTo(format: string | undefined, after: number): string {
  const query = new URLSearchParams({ ...(format && { format }), after: String(after) });
  return `<?${query}>; rel="next"`;
}
