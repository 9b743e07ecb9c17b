/**
 * Accepts a migration: writes its record and starts its workflow. Nothing else changes: there is no lock, no taint and
 * nothing to clean up (architecture §5).
 */

import { tryAgain, type VaultError } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, type Condition, ConditionFailed, type Ref, type Write } from '../ports/store.ts';
import { accessorClaimKey, claimKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { startWorkflow } from '../store/startWorkflow.ts';
import { conflict } from './errors.ts';
import { type Idempotency, remember, replayed } from './idempotency.ts';
import { listings } from './listing.ts';
import { acceptance, type Migration, machineOf, newMigration, type Order } from './migration.ts';
import type { Move } from './planMove.ts';
import { readMigration } from './readMigration.ts';
import type { Origin } from './request.ts';

export interface AcceptedMigration {
  /** The id of the migration; a repeated request gets that of the first (architecture §5). */
  id: string;
  /** Whether an earlier request with the same idempotency key created it. */
  isReplay: boolean;
}

/**
 * Accepts a move and starts its workflow, unless the same move is already in progress.
 * @throws VaultError 409 when a cluster is moving the mount elsewhere
 */
export async function acceptAndStart(
  deps: Deps,
  { requestedBy }: Pick<Origin, 'requestedBy'>,
  move: Move,
  details: Pick<Order, 'reason' | 'undoOf' | 'onlyGeneration' | 'clusterOptions' | 'policies' | 'aliasTtlS'>,
  key?: Idempotency,
): Promise<AcceptedMigration> {
  const { retentionS } = deps.settings;
  const claimRef = claimOf(move);
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
      await startWorkflow(deps, machineOf(migration), migration);
      return { id, isReplay: false };
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const before = await replayed(deps, key);
      if (before) return { id: before, isReplay: true };
      const migrationId = error.itemAt(claimRef)?.migrationId;
      const known = typeof migrationId === 'string' ? await readMigration(deps, migrationId) : undefined;
      if (known && isThisMove(known, move)) return answerKnown(deps, key, known.id);
      if (known?.status === 'in-progress') throw movingElsewhere(known);
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

/**
 * A mount of this service may have open migrations to several targets, of which one wins. A cluster must never be asked
 * for two moves of one mount.
 */
function claimOf({ mount, target }: Move): Ref {
  if (mount.entry) return accessorClaimKey(mount.accessor);
  return claimKey(mount.uuid, mount.generation, target.namespace.id, target.path);
}

/** Whether the migration that has the claim is this very move: by its key, or on a cluster by its target. */
function isThisMove(known: Migration, { target }: Move): boolean {
  if (!known.cluster) return known.status !== 'failure';
  const isSame = known.target.namespaceId === target.namespace.id && known.target.path === target.path;
  return isSame && known.status === 'in-progress';
}

/** Its target may be outside the namespace of the request (R10). */
function movingElsewhere({ id }: Migration): VaultError {
  return conflict(`the mount is being moved already, by migration ${id}`);
}

/** Ensures that one move of a mount in one generation has one migration, however many requests ask for it. */
export function claim(ref: Ref, { id, acceptedAt, retentionS }: Migration, claimable: Condition): Write {
  const ttl = Math.ceil(acceptedAt / 1_000) + retentionS;
  return { put: { ...ref, kind: 'claim', migrationId: id, ttl }, if: claimable };
}
