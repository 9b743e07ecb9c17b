/** The steps of the workflow: what each state does, and what it passes to the next (statemachine/remount.asl.json). */

import { OVERDUE_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { lastWriteAt } from '../store/lastWriteAt.ts';
import { keepAlias } from './keepAlias.ts';
import { type Migration, succeeded, swept } from './migration.ts';
import { readMigration } from './readMigration.ts';
import { lateWrites, type Revocation, revocations, revokeLeases } from './revokeLeases.ts';
import { switchMount } from './switchMount.ts';

/** What is left of a migration after its switch: the revocation, or only the removal of late writes. */
type Left = { next: 'revoke'; id: string; parts: Revocation[] } | Waiting;

interface Waiting {
  next: 'wait';
  id: string;
  seconds: number;
}

/**
 * First state: switches the mount, or reads from the record how far an earlier execution came.
 * @returns one item or none, which the workflow maps over: a move with nothing left needs no state to choose that
 */
export async function switchStep(deps: Deps, id: string): Promise<{ left: Left[] }> {
  const migration = await switchMount(deps, id);
  if (migration?.phase === 'switched')
    return { left: [{ next: 'revoke', id, parts: revocations(migration) }] };
  if (!migration || isResting(deps, migration)) return { left: [] };
  return { left: [waitForLateWrites(deps, migration)] };
}

/** No shard has leases of older generations: the migration succeeds. */
export async function completeStep(
  deps: Deps,
  id: string,
  parts: Revocation[],
): Promise<Waiting | { next: 'end' }> {
  if (parts.length === 0 || !parts.every(({ done }) => done)) throw new Error('the revocation is not done');
  const migration = await readMigration(deps, id);
  if (!migration) return { next: 'end' };
  const now = deps.clock.now();
  const nextLook = lastWriteAt(deps, now) + OVERDUE_MS;
  await commitUnlessDone(deps.store, [succeeded(migration, now, nextLook)]);
  return waitForLateWrites(deps, { ...migration, finishedAt: migration.finishedAt ?? now });
}

/**
 * Last state: removes what requests in flight wrote during the revocation, and closes the record. Where the migration has left
 * an alias, later executions look after that.
 */
export async function closeStep(
  deps: Deps,
  id: string,
  until: number,
): Promise<{ id: string; done: boolean }> {
  const migration = await readMigration(deps, id);
  if (migration?.nextLook === undefined || migration.phase !== 'done') return { id, done: true };
  if (migration.isSwept) {
    await keepAlias(deps, migration);
    return { id, done: true };
  }
  const { done } = await revokeLeases(deps, lateWrites(migration), until);
  if (done) await commitUnlessDone(deps.store, [swept(migration, deps.clock.now())]);
  return { id, done };
}

/** Whether nothing is to be done now: the record is closed, or open only for an alias, which is looked at later. */
function isResting({ clock }: Deps, { nextLook, isSwept, aliasLookAt = 0 }: Migration): boolean {
  return nextLook === undefined || (isSwept === true && aliasLookAt > clock.now());
}

/** After this wait, no request that started before the end of the revocation can still write. */
function waitForLateWrites(deps: Deps, { id, finishedAt = 0 }: Migration): Waiting {
  const left = lastWriteAt(deps, finishedAt) - deps.clock.now();
  return { next: 'wait', id, seconds: Math.max(0, Math.ceil(left / 1_000)) };
}
