/** The endpoints of bulk runs. */

import type { Caller } from '../credentials/caller.ts';
import { unlessSeen } from '../http/conditional.ts';
import { goQuote } from '../http/errors.ts';
import type { Schema } from '../http/fields.ts';
import { requireSudo } from '../http/guards.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { readIdempotency } from '../remount/idempotency.ts';
import { etagOf } from '../remount/migrationInfo.ts';
import { namespaceTypos } from '../remount/namespaceTypos.ts';
import { readPolicyMode, readUndoMode } from '../remount/policyMode.ts';
import { originOf, readReason, startedHeaders } from '../remount/request.ts';
import { readerOf } from '../remount/requesterInfo.ts';
import {
  type PlanInfo,
  ROW_LIST,
  RUN_LIST,
  RUN_PLAN,
  RUN_STARTED,
  RUN_STATUS,
  type StartedBulk,
} from './answers.ts';
import { bulkInfo, planInfo } from './bulkInfo.ts';
import { cancelRun, restoredPolicies, undoRows } from './cancelAndUndo.ts';
import { readRunPolicies } from './changePolicies.ts';
import { orderRunPolicies } from './orderRunPolicies.ts';
import type { Row } from './plan.ts';
import { previewRun } from './previewRun.ts';
import { findVisibleRun, type RunState } from './readRun.ts';
import {
  type MovesOrRules,
  OPTION_FIELDS,
  RUN_FIELDS,
  RUNS_PATH,
  readMovesOrRules,
  readOptions,
  runSynonyms,
} from './readRunRequest.ts';
import { REPORT_TYPES, reportOf } from './report.ts';
import { listRowsOf, listRunsOf, type Part } from './runLists.ts';
import { gatherRows, planRun, type RunOrder, startRun } from './startRun.ts';
import { planPolicies } from './tellRunPolicies.ts';

const PAGE = { after: 'string', limit: 'int' } as const satisfies Schema;

export const bulkRoutes: readonly Route[] = [
  route({
    path: RUNS_PATH,
    strange: 'refused',
    fields: { ...RUN_FIELDS, ...PAGE },
    synonyms: runSynonyms,
    query: ['after', 'limit'],
    answers: { write: [RUN_STARTED, RUN_PLAN], list: RUN_LIST },
    write: async (call) => {
      requireSudo(call);
      const options = readOptions(call.fields, call.deps.cluster);
      const asked = readMovesOrRules(call.fields);
      const policies = { mode: readPolicyMode(call.fields.policies) };
      const rows = () => gatherRows(call.deps, asked, call.namespace);
      const reply = await planOrStart(call, { options, policies }, rows);
      return { ...reply, warnings: [...ignoredColumns(asked), ...(reply.warnings ?? [])] };
    },
    list: async (call) => {
      const { deps, namespace, fields } = call;
      const { entries, isCut } = await listRunsOf(deps, namespace, fields);
      const now = deps.clock.now();
      return listed({
        entries: entries.map((state) => [state.run.id, bulkInfo(state, now, readerOf(call))]),
        isCut,
      });
    },
  }),
  route({
    path: `${RUNS_PATH}/:bulk_id`,
    fields: PAGE,
    query: ['after', 'limit'],
    answers: { read: RUN_STATUS, list: ROW_LIST },
    read: async (call) => {
      const reply = await statusReply(call, await find(call));
      return unlessSeen(call, etagOf(reply.data), reply);
    },
    list: async (call) => {
      const { entries, isCut } = await listRowsOf(call.deps, await find(call), call.fields);
      return listed({ entries: entries.map(({ migration_id, ...info }) => [migration_id, info]), isCut });
    },
  }),
  route({
    path: `${RUNS_PATH}/cancel/:bulk_id`,
    sudo: true,
    strange: 'refused',
    fields: { reason: 'string' },
    answers: { write: RUN_STATUS },
    write: async (call) => {
      const reason = readReason(call.fields.reason);
      return statusReply(call, await cancelRun(call.deps, await find(call), reason));
    },
  }),
  route({
    path: `${RUNS_PATH}/undo/:bulk_id`,
    sudo: true,
    strange: 'refused',
    fields: OPTION_FIELDS,
    answers: { write: [RUN_STARTED, RUN_PLAN] },
    write: async (call) => {
      const state = await find(call);
      const { id, atomic, cluster } = state.run;
      const options = { ...readOptions(call.fields, call.deps.cluster, cluster), atomic };
      const mode = readUndoMode(call.fields.policies);
      const policies = mode === 'keep' ? { mode } : await restoredPolicies(call.deps, state, call.namespace);
      const rows = () => undoRows(call.deps, state, call.namespace);
      return planOrStart(call, { options, policies, undoOf: id }, rows);
    },
  }),
  route({
    path: `${RUNS_PATH}/report/:bulk_id`,
    fields: { format: 'string', after: 'int' },
    texts: REPORT_TYPES,
    read: async (call) => {
      const { format, after } = call.fields;
      const { next, ...text } = await reportOf(call.deps, await find(call), format, after);
      return { text, ...(next !== undefined && { headers: { Link: linkTo(format, next) } }) };
    },
  }),
];

function find({ deps, params, namespace }: Call): Promise<RunState> {
  return findVisibleRun(deps.store, params.bulk_id ?? '', namespace);
}

function ignoredColumns({ ignored = [] }: MovesOrRules): string[] {
  if (ignored.length === 0) return [];
  return [`the columns of the CSV that are not read: ${ignored.map(goQuote).join(', ')}`];
}

async function planOrStart(
  call: Call<typeof OPTION_FIELDS>,
  asked: Pick<RunOrder, 'options' | 'policies' | 'undoOf'>,
  rows: () => Promise<Row[]>,
): Promise<Reply<StartedBulk | PlanInfo>> {
  const { deps, namespace } = call;
  const { options, policies, undoOf } = asked;
  const undone = undoOf ? { undo_of: undoOf } : {};
  if (call.fields.dry_run) {
    // A dry run shows what would be copied; that nobody has allowed it yet is no reason to refuse.
    const cluster = options.cluster && { ...options.cluster, allowCopy: true };
    const plan = await planRun(deps, await rows(), namespace, { ...options, ...(cluster && { cluster }) });
    const inOrder = plan.chunks.flat().sort((a, b) => a.row - b.row);
    const targets = inOrder.map(({ target }) => target);
    const judges = call.caller as Caller;
    const [preview, planned, warnings] = await Promise.all([
      previewRun(deps, plan, namespace),
      orderRunPolicies(deps, policies, inOrder, { namespace, judges }),
      namespaceTypos(deps, targets, judges.acl),
    ]);
    const info = planInfo(plan, options.maxConcurrency, preview);
    const told = await planPolicies(planned, inOrder, judges, deps.clock.now());
    return { data: { ...undone, ...info, ...told }, warnings };
  }
  const order = { origin: originOf(call), key: readIdempotency(call), ...asked };
  const started = await startRun(deps, order, rows);
  const data = { bulk_id: started.id, total: started.total, ...undone };
  return { data, headers: startedHeaders(call, started, RUNS_PATH) };
}

async function statusReply(call: Call, state: RunState) {
  const { deps } = call;
  const policies = state.run.policies ? await readRunPolicies(deps.store, state.run.id) : [];
  const info = bulkInfo(state, deps.clock.now(), readerOf(call), policies);
  return { data: { bulk_id: state.run.id, bulk_info: info } };
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

/** The link to the next part of a report (RFC 8288), relative to the URL of this part. */
function linkTo(format: string | undefined, after: number): string {
  const query = new URLSearchParams({ ...(format && { format }), after: String(after) });
  return `<?${query}>; rel="next"`;
}
