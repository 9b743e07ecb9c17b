/** Looks whether a move that has succeeded still holds: what is at its target and at its source, and who names the source. */

import type { Deps } from '../ports/deps.ts';
import { leadsInto } from '../tree/alias.ts';
import { type Location, locateSurely } from '../tree/locate.ts';
import { requireUnlocked } from '../tree/namespace.ts';
import type { Verification } from './answers.ts';
import { conflict } from './errors.ts';
import { fullPath, type Migration } from './migration.ts';
import { type Planner, policiesOfMove } from './plannedPolicies.ts';

/**
 * Policies are not changed by a move. Rules that still name the source are told as a plan tells them.
 * @throws VaultError 409 unless the migration has succeeded; 503 while the namespace of its source is locked, because the answer tells
 *   what is in it
 */
export async function verifyMove(deps: Deps, migration: Migration, planner: Planner): Promise<Verification> {
  if (migration.status !== 'success')
    throw conflict('the migration has not succeeded, so there is nothing to verify');
  const [source, target] = (await Promise.all(
    [migration.source, migration.target].map((place) => locateSurely(deps.store, fullPath(place))),
  )) as [Location, Location];
  requireUnlocked(source.namespace);
  const move = {
    source: { namespace: source.namespace, path: migration.source.path },
    target: { namespace: target.namespace, path: migration.target.path },
  };
  const [policies, problem] = await Promise.all([
    policiesOfMove(deps, move, planner, 'keep'),
    problemAt(deps, target, migration),
  ]);
  return {
    migration_id: migration.id,
    source_mount: fullPath(migration.source),
    target_mount: fullPath(migration.target),
    target: { reachable: problem === null, problem },
    source: occupantOf(source, planner.namespace, deps.clock.now()),
    ...policies,
  };
}

/** Why requests to the target do not reach the mount that was moved there. */
async function problemAt(
  { cluster }: Pick<Deps, 'cluster'>,
  { namespace, mount }: Location,
  { target, mountUuid }: Migration,
): Promise<string | null> {
  if (namespace.lockedAt !== undefined) return `the namespace "${namespace.lockedAt}" is locked`;
  if (namespace.id !== target.namespaceId) return 'the namespace is another one, or is gone';
  if (!mount) return 'there is no mount';
  if (mount.uuid !== mountUuid || mount.path !== target.path) return 'there is another mount';
  const isTainted = await cluster?.isTainted({ namespace: namespace.path, path: mount.path });
  return isTainted ? 'the cluster refuses all requests to the mount' : null;
}

/**
 * What answers requests to the source now: nothing, as a rule, an alias, or the mount that a later move has put there.
 * @param asked the namespace of the request, which is not told where an alias leads outside of it (R10)
 */
function occupantOf(
  { namespace, mount, alias }: Location,
  asked: { path: string },
  now: number,
): Verification['source'] {
  if (alias && alias.until > now) {
    const { migrationId, until } = alias;
    const leads = leadsInto(alias, asked) ? alias.target.namespacePath + alias.target.path : null;
    const end = new Date(until).toISOString();
    return { free: false, mount: leads, accessor: null, moved_by: migrationId, answers_until: end };
  }
  if (!mount) return { free: true, mount: null, accessor: null, moved_by: null };
  return {
    free: false,
    mount: namespace.path + mount.path,
    accessor: mount.accessor,
    moved_by: mount.movedBy?.migrationId ?? null,
  };
}
