/**
 * The step of a teardown: removes the stored data of a disabled mount or a deleted namespace. Its credentials have been
 * invalid since the record was written. The step waits until no request from before that can write any more.
 */

import { OVERDUE_MS, TEARDOWN_PAUSE_S } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { PRESENT } from '../ports/store.ts';
import { migrationKey } from '../store/keys.ts';
import { lastWriteAt } from '../store/lastWriteAt.ts';
import { type Teardown, teardownDone, teardownOf } from '../tree/teardownRecord.ts';
import { clearMount } from './clearMount.ts';
import { clearNamespace } from './clearNamespace.ts';

/** The output of the step: whether the teardown is done, or else how long to wait before the next step. */
export interface TeardownProgress {
  id: string;
  done: boolean;
  /** To wait. */
  seconds: number;
}

/** @param until epoch milliseconds after which nothing new is started */
export async function tearDown(deps: Deps, id: string, until: number): Promise<TeardownProgress> {
  const teardown = teardownOf(await deps.store.get(migrationKey(id)));
  if (!teardown) return { id, done: true, seconds: 0 };
  const now = deps.clock.now();
  const drainedAt = teardown.drainedAt ?? lastWriteAt(deps, now);
  await heartbeat(deps, teardown, Math.max(until, drainedAt), drainedAt);
  if (now < drainedAt) return { id, done: false, seconds: Math.ceil((drainedAt - now) / 1_000) };
  const done = await clear(deps, teardown, until);
  if (done) await deps.store.commit([teardownDone(id)]);
  return { id, done, seconds: TEARDOWN_PAUSE_S };
}

function clear(deps: Deps, teardown: Teardown, until: number): Promise<boolean> {
  return teardown.what === 'mount'
    ? clearMount(deps, teardown.mountUuid, teardown.attempt, until)
    : clearNamespace(deps, teardown, until);
}

async function heartbeat({ store }: Deps, { id }: Teardown, until: number, drainedAt: number): Promise<void> {
  const set = { nextLook: until + OVERDUE_MS, drainedAt };
  await store.commit([{ update: migrationKey(id), set, if: PRESENT }]);
}
