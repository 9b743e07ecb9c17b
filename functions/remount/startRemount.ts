/**
 * Accepts a migration: checks it, records it, starts its workflow. Accepting changes nothing but the record: no lock,
 * no taint, nothing to clean up (design §5).
 */

import { tryAgain, VaultError } from '../http/errors.ts';
import type { Call } from '../http/route.ts';
import { MIGRATION_RETENTION_S, REPEAT_WINDOW_MS } from '../limits.ts';
import { locate, locateTarget } from '../mounts/locate.ts';
import { mountPath } from '../mounts/path.ts';
import { type Inside, innermost } from '../namespaces/innermost.ts';
import type { Deps } from '../ports/deps.ts';
import { claimKey, migrationKey } from '../ports/keys.ts';
import { ABSENT, type Condition, ConditionFailed, type Write } from '../ports/store.ts';
import { acceptance, type Migration, migrationOf, newMigration } from './migration.ts';
import { checkTyped, type Move, planMove, repeatedMigration, type Typed } from './planMove.ts';

/** How often an acceptance is begun anew when another one of the same move ended in between. */
const MAX_TRIES = 4;

/**
 * @returns the id of the migration; a repeated request gets the id of the first (design §5)
 * @throws VaultError 400 for a move that cannot be, 503 when the store is busy
 */
export async function startRemount(
  call: Call,
  from: string | undefined,
  to: string | undefined,
): Promise<string> {
  const typed = checkTyped(from, to);
  const found = await lookTwice(call, typed);
  if ('repeated' in found) return found.repeated;
  const { migration, isNew } = await accept(call, found.move);
  if (isNew) await startWorkflow(call.deps, migration);
  return migration.id;
}

/** What a request comes to: a migration that is known already, or a move to be made. */
type Found = { repeated: string } | { move: Move };

/** Both ends are not read at one instant: a switch in between makes a repeated request look like a wrong one. */
async function lookTwice(call: Call, typed: Typed): Promise<Found> {
  try {
    return await look(call, typed);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return look(call, typed);
  }
}

async function look({ deps, namespace }: Call, typed: Typed): Promise<Found> {
  const paths: [string, string] = [typed.from.replace(/^\//, ''), mountPath(typed.to)];
  const [from, to] = (await innermost(deps.store, paths, namespace)) as [Inside, Inside];
  const [source, target] = await Promise.all([
    locate(deps.store, from.path, from.namespace),
    locateTarget(deps.store, to.path, to.namespace),
  ]);
  const repeated = repeatedMigration(source, target, deps.clock.now() - REPEAT_WINDOW_MS);
  if (repeated && (await readMigration(deps, repeated))) return { repeated };
  return { move: planMove(typed, source, target) };
}

export async function readMigration(
  { store }: Pick<Deps, 'store'>,
  id: string,
): Promise<Migration | undefined> {
  return migrationOf(await store.get(migrationKey(id)));
}

/** Records the migration, unless this very move is under way already. */
async function accept(call: Call, move: Move): Promise<{ migration: Migration; isNew: boolean }> {
  const { deps, namespace } = call;
  const token = call.caller?.token;
  const requestedBy = {
    displayName: token?.displayName ?? '',
    accessor: token?.accessor ?? '',
    namespace: token?.namespacePath ?? '',
  };
  let claimable: Condition = ABSENT;
  for (let attempt = 1; attempt <= MAX_TRIES; attempt++) {
    const request = { id: deps.ids.uuid(), now: deps.clock.now(), requestedBy, namespaceId: namespace.id };
    const migration = newMigration(request, move);
    try {
      await deps.store.commit([acceptance(migration, namespace.id), claim(migration, move, claimable)]);
      return { migration, isNew: true };
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const migrationId = error.items.get(1)?.migrationId;
      const known = typeof migrationId === 'string' ? await readMigration(deps, migrationId) : undefined;
      if (known && known.status !== 'failure') return { migration: known, isNew: false };
      claimable = typeof migrationId === 'string' ? { migrationId } : ABSENT;
    }
  }
  throw tryAgain();
}

/** One move of one mount in one generation has one migration at a time, however often it is asked for. */
function claim({ id, acceptedAt }: Migration, { mount, target }: Move, claimable: Condition): Write {
  const { pk, sk } = claimKey(mount.uuid, mount.generation, target.namespace.id, target.path);
  const ttl = Math.ceil(acceptedAt / 1_000) + MIGRATION_RETENTION_S;
  return { table: 'migrations', put: { pk, sk, kind: 'claim', migrationId: id, ttl }, if: claimable };
}

/** The record is durable: if the start fails, the reconciler starts it, and the client need not know. */
async function startWorkflow({ workflows, log }: Deps, { id, attempt }: Migration): Promise<void> {
  try {
    await workflows.start('remount', `${id}-${attempt}`, { id });
  } catch (error) {
    log.warn('the workflow did not start and is left to the reconciler', {
      id,
      error: (error as Error).name,
    });
  }
}
