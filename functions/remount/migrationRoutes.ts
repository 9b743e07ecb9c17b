/** The endpoints that cancel, undo and verify a migration, and handle the leases that it could not revoke. */

import type { Caller } from '../credentials/caller.ts';
import { refusal, silent } from '../http/errors.ts';
import type { Schema } from '../http/fields.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import { BULK_WORK_SHARE } from '../limits.ts';
import { irrevocableKey } from '../store/keys.ts';
import {
  IRREVOCABLE,
  type IrrevocableList,
  type Preview,
  RETRIED,
  STATUS,
  type Started,
  UNDO_PREVIEW,
  UNDO_STARTED,
  VERIFICATION,
} from './answers.ts';
import { cancelMigration } from './cancelMigration.ts';
import { readIdempotency } from './idempotency.ts';
import { listIrrevocable, retryIrrevocable } from './irrevocable.ts';
import { isMigrationId, type Migration } from './migration.ts';
import { migrationInfo } from './migrationInfo.ts';
import { policiesOfUndo } from './plannedPolicies.ts';
import { readUndoMode, type UndoMode } from './policyMode.ts';
import { previewMove } from './previewMove.ts';
import { holdUntilSwitched, readMigration } from './readMigration.ts';
import { originOf, readReason, startedHeaders } from './request.ts';
import { readerOf } from './requesterInfo.ts';
import { checkUndo, undoMigration } from './undoMigration.ts';
import { verifyMove } from './verifyMove.ts';

const PAGE = { after: 'string', limit: 'int' } as const satisfies Schema;

export const migrationRoutes: readonly Route[] = [
  route({
    path: 'sys/remount/cancel/:migration_id',
    sudo: true,
    strange: 'refused',
    fields: { reason: 'string' },
    answers: { write: STATUS },
    write: async (call) => {
      const found = await findOwn(call);
      const reason = readReason(call.fields.reason) ?? 'cancelled on request';
      const migration = await cancelMigration(call.deps, found, reason);
      return {
        data: { migration_id: migration.id, migration_info: migrationInfo(migration, readerOf(call)) },
      };
    },
  }),
  route({
    path: 'sys/remount/undo/:migration_id',
    sudo: true,
    strange: 'refused',
    fields: { reason: 'string', policies: 'string', dry_run: 'bool', idempotency_key: 'string' },
    answers: { write: [UNDO_STARTED, UNDO_PREVIEW] },
    write: async (call) => {
      const found = await findOwn(call);
      const policies = readUndoMode(call.fields.policies);
      if (call.fields.dry_run)
        return { data: { ...(await previewUndo(call, found, policies)), undo_of: found.id } };
      const asked = { reason: readReason(call.fields.reason), policies };
      const key = readIdempotency(call);
      const started = await undoMigration(call.deps, originOf(call), found, asked, key);
      await holdUntilSwitched(call.deps, started.id);
      const data = { migration_id: started.id, undo_of: found.id };
      return { data, headers: startedHeaders(call, started) };
    },
  }),
  route({
    path: 'sys/remount/verify/:migration_id',
    answers: { read: VERIFICATION },
    read: async (call) => {
      const planner = { namespace: call.namespace, judges: call.caller as Caller };
      return { data: await verifyMove(call.deps, await findOwn(call), planner) };
    },
  }),
  route({
    path: 'sys/remount/irrevocable/:migration_id',
    fields: PAGE,
    query: ['after', 'limit'],
    answers: { read: IRREVOCABLE },
    read: showIrrevocable,
  }),
  route({
    path: 'sys/remount/irrevocable/:migration_id/retry',
    sudo: true,
    strange: 'refused',
    fields: { force: 'bool' },
    answers: { write: RETRIED },
    write: async (call) => {
      const { deps, fields, namespace } = call;
      const migration = await findSeen(call);
      const until = deps.clock.now() + deps.settings.requestLifeMs * BULK_WORK_SHARE;
      const force = fields.force ?? false;
      const { revoked, left } = await retryIrrevocable(deps, migration, namespace, force, until);
      return { data: { migration_id: migration.id, leases_revoked: revoked, leases_irrevocable: left } };
    },
  }),
];

/** @throws VaultError 404 for a migration that does not exist or that the namespace does not see (R10) */
async function findSeen({ deps, params, namespace }: Call): Promise<Migration> {
  const id = params.migration_id ?? '';
  const migration = isMigrationId(id) ? await readMigration(deps, id) : undefined;
  if (!migration?.visibleTo.includes(namespace.id)) throw silent(404);
  return migration;
}

/** @throws VaultError 400 when its source or target is outside the namespace (R10) */
async function findOwn(call: Call): Promise<Migration> {
  const migration = await findSeen(call);
  const { source, target } = migration;
  const isInside = [source, target].every((place) => place.namespacePath.startsWith(call.namespace.path));
  if (!isInside)
    throw refusal(
      'the migration reaches outside this namespace; ask in a namespace above its source and target',
    );
  return migration;
}

/** A dry run of a repeated undo returns the migration back that exists. */
async function previewUndo(call: Call, migration: Migration, mode: UndoMode): Promise<Preview | Started> {
  const { deps, namespace } = call;
  const found = await checkUndo(deps, originOf(call), migration, mode);
  if ('known' in found) return { dry_run: true, migration_id: found.known };
  const planner = { namespace, judges: call.caller as Caller };
  const { move, restoration } = found;
  const policies = policiesOfUndo(deps, move, planner, mode, restoration);
  return previewMove(deps, move, planner, policies);
}

async function showIrrevocable(call: Call<typeof PAGE>): Promise<Reply<IrrevocableList>> {
  const migration = await findSeen(call);
  const { after, limit } = call.fields;
  const reader = { namespace: call.namespace, acl: readerOf(call).acl };
  const { told, hidden } = await listIrrevocable(call.deps, migration, reader, {
    ...(after ? { after: irrevocableKey(migration.id, after).sk } : {}),
    ...(limit && limit > 0 ? { limit } : {}),
  });
  const infos = told.map(({ leaseId, reason, at }) => {
    return [leaseId, { reason, time: new Date(at).toISOString() }] as const;
  });
  const keys = told.map(({ leaseId }) => leaseId);
  return { data: { keys, key_info: Object.fromEntries(infos), hidden_leases: hidden } };
}
