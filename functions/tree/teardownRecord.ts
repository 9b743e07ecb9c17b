/** The record of what a disabled mount or a deleted namespace leaves to be cleared away. */

import { OVERDUE_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import { ABSENT, type Delete, type Item, type Write } from '../ports/store.ts';
import { migrationKey, openShard } from '../store/keys.ts';
import { record } from '../store/record.ts';
import { startWorkflow } from '../store/startWorkflow.ts';
import type { Mount } from './mount.ts';
import { type Namespace, nameOf } from './namespace.ts';

interface TeardownBase {
  id: string;
  /** Number of the latest execution. */
  attempt: number;
  /**
   * Epoch milliseconds from which no request can write any more that began before the cut; set by the first run of
   * the workflow, which comes after the cut was committed.
   */
  drainedAt?: number;
  nextLook: number;
}

/** What is to be cleared away. */
type Subject =
  | { what: 'mount'; mountUuid: string }
  | { what: 'namespace'; namespaceId: string; namespacePath: string; parentId: string; name: string };

export type Teardown = TeardownBase & Subject;

export interface TeardownOrder {
  id: string;
  /** Goes into the transaction that takes the mount off the tree, or marks the namespace. */
  write: Write;
}

export function mountTeardown(deps: Deps, mount: Pick<Mount, 'uuid'>): TeardownOrder {
  return order(deps, { what: 'mount', mountUuid: mount.uuid });
}

export function namespaceTeardown(deps: Deps, namespace: Namespace): TeardownOrder {
  const { id, path, lineage } = namespace;
  const parentId = lineage.at(-2) ?? 'root';
  const name = nameOf(path);
  return order(deps, { what: 'namespace', namespaceId: id, namespacePath: path, parentId, name });
}

const RECORD = record<Teardown>('teardown');

function order({ ids, clock }: Deps, subject: Subject): TeardownOrder {
  const id = ids.uuid();
  const now = clock.now();
  const nextLook = now + OVERDUE_MS;
  const put = RECORD.at(migrationKey(id), { id, attempt: 1, nextLook, ...subject }, { open: openShard(id) });
  return { id, write: { put, if: ABSENT } };
}

export function teardownOf(item: Item | undefined): Teardown | undefined {
  return RECORD.of(item);
}

export function teardownDone(id: string): Delete {
  return { delete: migrationKey(id) };
}

export function startTeardown(deps: Deps, id: string): Promise<void> {
  return startWorkflow(deps, 'teardown', { id, attempt: 1 });
}
