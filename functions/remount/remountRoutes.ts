/** The endpoints that move a mount, and that plan a move. */

import type { Caller } from '../credentials/caller.ts';
import type { Schema } from '../http/fields.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { PREVIEW, type Preview, STARTED, type Started } from './answers.ts';
import { readIdempotency } from './idempotency.ts';
import { namespaceTypos } from './namespaceTypos.ts';
import { policiesOfMove } from './plannedPolicies.ts';
import { readPolicyMode } from './policyMode.ts';
import { previewMove } from './previewMove.ts';
import { holdUntilSwitched } from './readMigration.ts';
import { originOf, startedHeaders } from './request.ts';
import { checkRemount, MOVE_FIELDS, startRemount } from './startRemount.ts';

const QUEUED =
  "Mount move has been queued. Progress will be reported in Vault's server log, tagged with the returned migration_id";

const FIELDS = {
  ...MOVE_FIELDS,
  dry_run: 'bool',
  idempotency_key: 'string',
} as const satisfies Schema;

export const remountRoutes: readonly Route[] = [
  route({
    path: 'sys/remount',
    sudo: true,
    // Clients of Vault may send fields of their own.
    strange: 'refused if misspelt',
    fields: FIELDS,
    answers: { write: [STARTED, PREVIEW] },
    write: async (call) => {
      if (call.fields.dry_run) return preview(call);
      const key = readIdempotency(call);
      const started = await startRemount(call.deps, originOf(call), call.fields, key);
      await holdUntilSwitched(call.deps, started.id);
      const data = { migration_id: started.id };
      return { data, warnings: [QUEUED], headers: startedHeaders(call, started) };
    },
  }),
  // A Vault has no such path. It would make the move that a request with `dry_run` plans.
  route({
    path: 'sys/remount/plan',
    sudo: true,
    strange: 'refused',
    fields: MOVE_FIELDS,
    answers: { write: [STARTED, PREVIEW] },
    write: preview,
  }),
];

/** A dry run of a repeated request returns the migration that exists. */
async function preview(call: Call<typeof MOVE_FIELDS>): Promise<Reply<Preview | Started>> {
  const { deps, namespace } = call;
  const found = await checkRemount(deps, originOf(call), call.fields);
  if ('repeated' in found) return { data: { dry_run: true, migration_id: found.repeated } };
  const { move, aliasTtlS } = found;
  const planner = { namespace, judges: call.caller as Caller };
  const mode = readPolicyMode(call.fields.policies);
  const policies = policiesOfMove(deps, move, planner, mode);
  const [data, warnings] = await Promise.all([
    previewMove(deps, move, planner, policies, aliasTtlS),
    namespaceTypos(deps, [move.target], planner.judges.acl),
  ]);
  return { data, warnings };
}
