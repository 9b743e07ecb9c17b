/**
 * The record of a migration and its legal transitions, pure:
 * accepted → switched → done (success), or accepted → done (failure).
 *
 * Each transition is one conditional update on the phase before it, so it happens once whoever tries, and a terminal
 * status never changes (R6). While there is work left the record is in the index `open`, under the time at which
 * the reconciler looks at it next.
 */

import { MIGRATION_RETENTION_S, OVERDUE_MS } from '../limits.ts';
import { migrationKey, openShard } from '../ports/keys.ts';
import { ABSENT, type Item, type Update, type Write } from '../ports/store.ts';
import type { Move } from './planMove.ts';

/** Where a mount is: namespace and path, the namespace's path for people. */
export interface Place {
  namespaceId: string;
  namespacePath: string;
  path: string;
}

export interface Migration {
  id: string;
  mountUuid: string;
  source: Place;
  target: Place;
  status: 'in-progress' | 'success' | 'failure';
  phase: 'accepted' | 'switched' | 'done';
  /** The generation of the mount after the switch. */
  generation?: number;
  /** Number of the latest execution; executions are named `<id>-<attempt>`. */
  attempt: number;
  /** Epoch milliseconds; absent when nothing is left to do. */
  nextLook?: number;
  /** All times in epoch milliseconds. */
  acceptedAt: number;
  switchedAt?: number;
  finishedAt?: number;
  leasesRevoked: number;
  leasesIrrevocable: number;
  error?: { code: FailureCode; message: string };
  requestedBy: { displayName: string; accessor: string; namespace: string };
  /** Ids of the namespaces it is visible in: those above source and target, and both themselves (R10). */
  visibleTo: string[];
}

export type FailureCode = 'source_gone' | 'target_in_use' | 'namespace_gone' | 'not_switched_in_time';

export interface Request {
  id: string;
  now: number;
  requestedBy: Migration['requestedBy'];
  /** The namespace the request was made in, for the list. */
  namespaceId: string;
}

export function newMigration({ id, now, requestedBy }: Request, { mount, source, target }: Move): Migration {
  const place = ({ namespace, path }: Move['source']): Place => ({
    namespaceId: namespace.id,
    namespacePath: namespace.path,
    path,
  });
  return {
    id,
    mountUuid: mount.uuid,
    source: place(source),
    target: place(target),
    status: 'in-progress',
    phase: 'accepted',
    attempt: 1,
    nextLook: now + OVERDUE_MS,
    acceptedAt: now,
    leasesRevoked: 0,
    leasesIrrevocable: 0,
    requestedBy,
    visibleTo: [...new Set([...source.namespace.lineage, ...target.namespace.lineage])],
  };
}

export function acceptance(migration: Migration, namespaceId: string): Write {
  const { pk, sk } = migrationKey(migration.id);
  const accepted = new Date(migration.acceptedAt).toISOString();
  const index = {
    open: openShard(migration.id),
    list: `${namespaceId}#${accepted.slice(0, 7)}`,
    created: `${accepted}#${migration.id}`,
  };
  return { table: 'migrations', put: { pk, sk, kind: 'migration', ...migration, ...index }, if: ABSENT };
}

export function migrationOf(item: Item | undefined): Migration | undefined {
  return item?.kind === 'migration' ? (item as unknown as Migration) : undefined;
}

/**
 * The migration's part of the switch.
 * @param issued whether the mount has issued anything to revoke; if not, the migration succeeds with the switch
 */
export function switched({ id }: Migration, generation: number, issued: boolean, now: number): Update {
  const facts = { generation, switchedAt: now };
  return issued
    ? transition(id, 'accepted', { ...facts, phase: 'switched', nextLook: now + OVERDUE_MS })
    : closing(id, 'accepted', { ...facts, phase: 'done', status: 'success', finishedAt: now }, now);
}

/** Everything older is revoked. The record stays open for the sweep of what requests in flight wrote behind it. */
export function succeeded({ id }: Migration, now: number, nextLook: number): Update {
  return transition(id, 'switched', { phase: 'done', status: 'success', finishedAt: now, nextLook });
}

/** This migration changes nothing any more (R3, R6). */
export function failed({ id }: Migration, code: FailureCode, message: string, now: number): Update {
  const outcome = { phase: 'done', status: 'failure', error: { code, message }, finishedAt: now };
  return closing(id, 'accepted', outcome, now);
}

/** Nothing is left to do, not even behind the sweep. */
export function closed({ id }: Migration, now: number): Update {
  return closing(id, 'done', {}, now);
}

/** A sign of life of a step, and what it has done. */
export function progressed(id: string, nextLook: number, revoked = 0, irrevocable = 0): Update {
  const { table, pk, sk } = migrationKey(id);
  return {
    table,
    update: { pk, sk },
    set: { nextLook },
    add: { leasesRevoked: revoked, leasesIrrevocable: irrevocable },
    if: { open: { present: true } },
  };
}

/** The record as a transition leaves it. */
export function after(migration: Migration, { set = {}, remove = [] }: Update): Migration {
  const kept = Object.entries({ ...migration, ...set }).filter(([name]) => !remove.includes(name));
  return Object.fromEntries(kept) as unknown as Migration;
}

function transition(id: string, phase: Migration['phase'], set: Record<string, unknown>): Update {
  const { table, pk, sk } = migrationKey(id);
  return { table, update: { pk, sk }, set, if: { phase } };
}

function closing(id: string, phase: Migration['phase'], set: Record<string, unknown>, now: number): Update {
  const ttl = Math.ceil(now / 1_000) + MIGRATION_RETENTION_S;
  return { ...transition(id, phase, { ...set, ttl }), remove: ['open', 'nextLook'] };
}
