/**
 * Accepts a migration: writes its record and starts its workflow. Nothing else changes: there is no lock, no taint and
 * nothing to clean up (architecture §5).
 */

import { tryAgain } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, type Condition, ConditionFailed, type Ref, type Write } from '../ports/store.ts';
import { claimKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { startWorkflow } from '../store/startWorkflow.ts';
import { type Idempotency, remember, replayed } from './idempotency.ts';
import { listings } from './listing.ts';
import { acceptance, type Migration, newMigration, type Order } from './migration.ts';
import type { Move } from './planMove.ts';
import { readMigration } from './readMigration.ts';
import type { Origin } from './request.ts';

export interface AcceptedMigration {
  /** The id of the migration; a repeated request gets that of the first (architecture §5). */
  id: string;
  /** Whether an earlier request with the same idempotency key created it. */
  isReplay: boolean;
}

/** Accepts a move and starts its workflow, unless the same move is already in progress. */
export async function acceptAndStart(
  deps: Deps,
  { requestedBy }: Pick<Origin, 'requestedBy'>,
  move: Move,
  details: Pick<Order, 'reason' | 'undoOf' | 'onlyGeneration'>,
  key?: Idempotency,
): Promise<AcceptedMigration> {
  const { retentionS } = deps.settings;
  const claimRef = claimKey(
    move.mount.uuid,
    move.mount.generation,
    move.target.namespace.id,
    move.target.path,
  );
  let claimable: Condition = ABSENT;
  return retryContended(async () => {
    const id = deps.ids.uuid();
    const acceptedAt = deps.clock.now();
    const migration = newMigration({ ...details, id, now: acceptedAt, requestedBy, retentionS }, move);
    const keyItem = key ? [remember(key, id, acceptedAt)] : [];
    const writes = [
      claim(claimRef, migration, claimable),
      ...keyItem,
      acceptance(migration),
      ...listings(migration),
    ];
    try {
      await deps.store.commit(writes);
      await startWorkflow(deps, 'remount', migration);
      return { id, isReplay: false };
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const before = await replayed(deps, key);
      if (before) return { id: before, isReplay: true };
      const migrationId = error.itemAt(claimRef)?.migrationId;
      const known = typeof migrationId === 'string' ? await readMigration(deps, migrationId) : undefined;
      if (known && known.status !== 'failure') return answerKnown(deps, key, known.id);
      claimable = typeof migrationId === 'string' ? { migrationId } : ABSENT;
      throw error;
    }
  });
}

/** Records the idempotency key for a migration that already exists. */
export async function answerKnown(
  deps: Deps,
  key: Idempotency | undefined,
  id: string,
): Promise<AcceptedMigration> {
  if (!key) return { id, isReplay: false };
  try {
    await deps.store.commit([remember(key, id, deps.clock.now())]);
    return { id, isReplay: false };
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const before = await replayed(deps, key);
    if (before) return { id: before, isReplay: true };
    throw tryAgain();
  }
}

/** Ensures that one move of a mount in one generation has one migration, however many requests ask for it. */
function claim(ref: Ref, { id, acceptedAt, retentionS }: Migration, claimable: Condition): Write {
  const ttl = Math.ceil(acceptedAt / 1_000) + retentionS;
  return { put: { ...ref, kind: 'claim', migrationId: id, ttl }, if: claimable };
}
