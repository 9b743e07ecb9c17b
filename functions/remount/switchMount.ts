/**
 * The switch: one transaction takes the mount from source to target, with all that it is, and cuts off everything
 * that it issued before. There is no moment at which it is half moved (architecture §5).
 */

import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Ref, type Store } from '../ports/store.ts';
import { namespaceKey, treeKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import { changeTree } from '../tree/changeTree.ts';
import { raiseGeneration } from '../tree/generation.ts';
import { findConflict } from '../tree/locate.ts';
import { type Mount, mountItem, mountOf, unchangedMount } from '../tree/mount.ts';
import { after, type FailureCode, failed, type Migration, type Place, switched } from './migration.ts';
import { readMigration } from './readMigration.ts';

/**
 * Switches a migration that is accepted; one that is not is left alone, so that the step may run twice.
 * @returns the migration as it is afterwards; undefined when there is none
 */
export function switchMount(deps: Deps, id: string): Promise<Migration | undefined> {
  return retryContended(async () => {
    const migration = await readMigration(deps, id);
    return migration?.phase === 'accepted' ? switchOrFail(deps, migration) : migration;
  });
}

/** @throws ConditionFailed when something changed in between, which the next look will tell */
async function switchOrFail(deps: Deps, migration: Migration): Promise<Migration> {
  const glance = await findMount(migration, deps.store.getMany);
  const mount = 'code' in glance ? await findMount(migration, oneByOne(deps.store)) : glance;
  if ('code' in mount) return fail(deps, migration, mount);
  try {
    return await commitSwitch(deps, migration, mount);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const conflict = await conflictAt(deps, migration.target);
    if (!conflict) throw error;
    return fail(deps, migration, { code: 'target_in_use', message: `path already in use at "${conflict}"` });
  }
}

/**
 * A batch may be served in the middle of somebody's transaction, item by item; single reads are not. A status that
 * never changes must not hang on the former (R6).
 */
export function oneByOne(store: Store): Store['getMany'] {
  return (refs) => Promise.all(refs.map((ref) => store.get(ref)));
}

async function fail(deps: Deps, migration: Migration, { code, message }: Problem): Promise<Migration> {
  const failure = failed(migration, code, message, deps.clock.now());
  await deps.store.commit([failure]);
  return after(migration, failure);
}

interface Problem {
  code: FailureCode;
  message: string;
}

/** @returns the mount to be switched as it is now, or why it can never be */
async function findMount(
  { source, target, mountUuid, onlyGeneration }: Migration,
  read: Store['getMany'],
): Promise<Mount | Problem> {
  const namespaces = [source, target].filter(({ namespaceId }) => namespaceId !== 'root');
  const refs: Ref[] = [
    treeKey(source.namespaceId, source.path),
    ...namespaces.map((at) => namespaceKey(at.namespaceId)),
  ];
  const [item, ...namespaceItems] = await read(refs);
  const leaving = namespaces.find((_, i) => !namespaceItems[i] || namespaceItems[i].deleting === true);
  if (leaving) {
    return {
      code: 'namespace_gone',
      message: `namespace "${leaving.namespacePath}" is being deleted or gone`,
    };
  }
  const mount = mountOf(item);
  const isRight = mount?.uuid === mountUuid && mount.generation === (onlyGeneration ?? mount.generation);
  if (isRight) return mount;
  return { code: 'source_gone', message: `no matching mount at "${fullPath(source)}"` };
}

async function commitSwitch(deps: Deps, migration: Migration, mount: Mount): Promise<Migration> {
  const { source, target } = migration;
  const at = deps.clock.now();
  const moved = afterSwitch(mount, migration, at);
  const { generation } = moved;
  const transition = switched(migration, generation, mount.issued, at);
  await changeTree(
    deps.store,
    [
      { namespaceId: source.namespaceId, path: source.path, before: unchangedMount(mount) },
      { namespaceId: target.namespaceId, path: target.path, after: mountItem(moved) },
    ],
    [transition, raiseGeneration(mount.uuid, generation)],
  );
  return after(migration, transition);
}

/** The mount as the switch leaves it. */
export function afterSwitch(
  mount: Mount,
  { id, source, target }: Pick<Migration, 'id' | 'source' | 'target'>,
  at: number,
): Mount {
  return {
    ...mount,
    namespaceId: target.namespaceId,
    path: target.path,
    generation: mount.generation + 1,
    version: mount.version + 1,
    movedBy: { migrationId: id, fromNamespaceId: source.namespaceId, fromPath: source.path, at },
  };
}

/** What is in the way at the target, seen by the query and then by a read of its own. */
export async function conflictAt({ store }: Pick<Deps, 'store'>, target: Place): Promise<string | undefined> {
  const shown = await findConflict(store, target.namespaceId, target.path);
  const conflict = shown && (await store.get(treeKey(target.namespaceId, shown.sk)));
  return conflict && conflict.kind !== 'fork' ? target.namespacePath + conflict.sk : undefined;
}

export function fullPath({ namespacePath, path }: Place): string {
  return namespacePath + path;
}
