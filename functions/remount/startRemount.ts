/** Starts a migration: checks the request against the tree, and accepts it. */

import { VaultError } from '../http/errors.ts';
import { REPEAT_WINDOW_MS } from '../limits.ts';
import { locate, locateTarget } from '../mounts/locate.ts';
import { mountPath } from '../mounts/path.ts';
import { type Inside, innermost } from '../namespaces/innermost.ts';
import type { Deps } from '../ports/deps.ts';
import { acceptAndStart, answerKnown, type Started } from './acceptMigration.ts';
import { type Idempotency, replayed } from './idempotency.ts';
import type { Origin } from './origin.ts';
import { checkTyped, type Move, planMove, repeatedMigration, type Typed } from './planMove.ts';
import { readMigration } from './readMigration.ts';
import { readReason } from './reason.ts';

/** What is asked for. */
export interface Wishes {
  from: string | undefined;
  to: string | undefined;
  /** Free text, kept with the migration. */
  reason?: string | undefined;
}

/**
 * @throws VaultError 400 for a move that cannot be, 422 for an idempotency key of another request, 503 when the store
 *   is busy
 */
export async function startRemount(
  deps: Deps,
  origin: Origin,
  { from, to, reason }: Wishes,
  key?: Idempotency,
): Promise<Started> {
  const typed = checkTyped(from, to);
  const before = await replayed(deps, key);
  if (before) return { id: before, isReplay: true };
  const found = await lookTwice(deps, origin, typed);
  if ('repeated' in found) return answerKnown(deps, key, found.repeated);
  const wishes = { reason: readReason(reason) };
  return acceptAndStart(deps, origin, found.move, wishes, key);
}

/**
 * Every check of a move, and nothing written.
 * @throws VaultError 400 for a move that cannot be
 */
export async function checkRemount(deps: Deps, origin: Origin, { from, to }: Wishes): Promise<Found> {
  return lookTwice(deps, origin, checkTyped(from, to));
}

/** What a request comes to: a migration that is known already, or a move to be made. */
type Found = { repeated: string } | { move: Move };

/** Both ends are not read at one instant: a switch in between makes a repeated request look like a wrong one. */
async function lookTwice(deps: Deps, origin: Origin, typed: Typed): Promise<Found> {
  try {
    return await look(deps, origin, typed);
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return look(deps, origin, typed);
  }
}

async function look(deps: Deps, { namespace }: Origin, typed: Typed): Promise<Found> {
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
