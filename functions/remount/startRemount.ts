/** Starts a migration: checks the request against the tree, and accepts it. */

import { VaultError } from '../http/errors.ts';
import type { Call } from '../http/route.ts';
import { REPEAT_WINDOW_MS } from '../limits.ts';
import { locate, locateTarget } from '../mounts/locate.ts';
import { mountPath } from '../mounts/path.ts';
import { type Inside, innermost } from '../namespaces/innermost.ts';
import { acceptAndStart, answerKnown, type Started } from './acceptMigration.ts';
import { readIdempotency, replayed } from './idempotency.ts';
import { checkTyped, type Move, planMove, repeatedMigration, type Typed } from './planMove.ts';
import { readMigration } from './readMigration.ts';
import { readReason } from './reason.ts';

/** What is asked for beside the paths. */
export interface Wishes {
  /** Free text, kept with the migration. */
  reason?: string | undefined;
}

/**
 * @throws VaultError 400 for a move that cannot be, 422 for an idempotency key of another request, 503 when the store
 *   is busy
 */
export async function startRemount(
  call: Call,
  from: string | undefined,
  to: string | undefined,
  { reason }: Wishes = {},
): Promise<Started> {
  const typed = checkTyped(from, to);
  const key = readIdempotency(call);
  const before = await replayed(call.deps, key);
  if (before) return { id: before, isReplay: true };
  const found = await lookTwice(call, typed);
  if ('repeated' in found) return answerKnown(call, key, found.repeated);
  const wishes = { reason: readReason(reason) };
  return acceptAndStart(call, found.move, wishes, key);
}

/**
 * Every check of a move, and nothing written.
 * @throws VaultError 400 for a move that cannot be
 */
export async function checkRemount(
  call: Call,
  from: string | undefined,
  to: string | undefined,
): Promise<Found> {
  return lookTwice(call, checkTyped(from, to));
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
