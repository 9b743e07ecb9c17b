/** The record of a teardown: what a workflow has to remove of a disabled mount or a deleted namespace. */

import { OVERDUE_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, type Delete, type Item, type Write } from '../ports/store.ts';
import { migrationKey, openShard } from '../store/keys.ts';
import { record } from '../store/record.ts';
import { startWorkflow } from '../store/startWorkflow.ts';
import type { Mount } from './mount.ts';
import type { Namespace } from './namespace.ts';

interface TeardownBase {
  id: string;
  /** Number of the latest execution. */
  attempt: number;
  /**
   * Epoch milliseconds from which no request writes that began before the mount was disabled or the namespace deleted.
   * The first execution of the workflow sets it, which starts after that.
   */
  drainedAt?: number;
  /** Epoch milliseconds at which the reconciler starts the workflow again. */
  nextLook: number;
}

/** What the workflow has to remove. */
type Subject = { what: 'mount'; mountUuid: string } | { what: 'namespace'; namespaceId: string };

export type Teardown = TeardownBase & Subject;

export interface NewTeardown {
  id: string;
  /** Part of the transaction that removes the mount or the namespace from the tree. */
  write: Write;
}

export function mountTeardown(deps: Deps, mount: Pick<Mount, 'uuid'>): NewTeardown {
  return newTeardown(deps, { what: 'mount', mountUuid: mount.uuid });
}

export function namespaceTeardown(deps: Deps, { id }: Pick<Namespace, 'id'>): NewTeardown {
  return newTeardown(deps, { what: 'namespace', namespaceId: id });
}

const RECORD = record<Teardown>('teardown');

function newTeardown({ ids, clock }: Deps, subject: Subject): NewTeardown {
  const id = ids.uuid();
  const now = clock.now();
  const nextLook = now + OVERDUE_MS;
  const put = RECORD.at(migrationKey(id), { id, attempt: 1, nextLook, ...subject }, { open: openShard(id) });
  return { id, write: { put, if: ABSENT } };
}

export function teardownOf(item: Item | undefined): Teardown | undefined {
  return RECORD.of(item);
}

/** Deletes the record when nothing is left to remove. */
export function teardownDone(id: string): Delete {
  return { delete: migrationKey(id) };
}

export function startTeardown(deps: Deps, id: string): Promise<void> {
  return startWorkflow(deps, 'teardown', { id, attempt: 1 });
}
