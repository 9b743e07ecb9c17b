/** Starts a bulk run from the body that a request for one would have: what events and schedules bring. */

import { type Fields, readFields } from '../http/fields.ts';
import type { Deps } from '../ports/deps.ts';
import type { Idempotency } from '../remount/idempotency.ts';
import type { Origin } from '../remount/request.ts';
import { rowsOf } from './planRun.ts';
import { type Asked, BULK_FIELDS, readAsked, readWishes, type Wishes } from './readOrder.ts';
import { type StartedRun, startBulk } from './startBulk.ts';

/** The fields of a run that nobody waits for, so that nobody could read a plan. */
const { dry_run: _, ...fields } = BULK_FIELDS;
export const BODY_FIELDS = fields;

/**
 * Rules are expanded now: what they match may be other mounts each time.
 * @param mayMatchNothing whether a rule without a mount is no mistake
 * @throws NothingToMove when there is nothing to move
 * @throws VaultError 400 for a run that cannot be carried out
 */
export function startFromBody(
  deps: Deps,
  origin: Origin,
  body: Record<string, unknown>,
  key: Idempotency,
  mayMatchNothing = false,
): Promise<StartedRun> {
  const { wishes, asked } = readBody(body);
  const rows = () => rowsOf(deps, asked, origin.namespace, mayMatchNothing);
  return startBulk(deps, { origin, wishes, key }, rows);
}

/** @throws VaultError 400 for a body that no run could be made of, whatever the tree */
export function readBody(body: Record<string, unknown>): { wishes: Omit<Wishes, 'dryRun'>; asked: Asked } {
  const read: Fields<typeof BODY_FIELDS> = readFields(BODY_FIELDS, body);
  const { dryRun: _dryRun, ...wishes } = readWishes({ ...read, dry_run: undefined });
  return { wishes, asked: readAsked(read) };
}
