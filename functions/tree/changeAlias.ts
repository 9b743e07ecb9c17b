/** Ends an alias, or changes when it ends: one transaction writes the alias, and its mount, which lists it. */

import type { Deps } from '../ports/deps.ts';
import { ConditionFailed, type Update, type Write } from '../ports/store.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { migrationKey, treeKey } from '../store/keys.ts';
import { type Alias, type AliasPlace, aliasItem, aliasOf, doorOf, unmovedAlias } from './alias.ts';
import { changeTree } from './changeTree.ts';
import { entryAt, mountAt } from './findMount.ts';
import { raiseGeneration } from './generation.ts';
import { type Mount, unchangedMount } from './mount.ts';

/**
 * Ends an alias at once. Its path is free then, and what was issued at it in another namespace than that of the mount is invalid.
 * @param alongside writes of the same transaction
 * @throws ConditionFailed when the alias or its mount has changed since, or a condition of `alongside` fails
 */
export async function endAlias(
  { store }: Pick<Deps, 'store'>,
  alias: Alias,
  alongside: Write[] = [],
): Promise<void> {
  const { namespaceId, path } = alias;
  const mount = await mountOfAlias({ store }, alias);
  const others =
    mount && (mount.aliases ?? []).filter(({ migrationId }) => migrationId !== alias.migrationId);
  const removal = { namespaceId, path, before: unmovedAlias(alias) };
  const door = doorOf(alias, alias.target);
  await changeTree(
    store,
    [removal],
    [
      ...alongside,
      ...(mount && others ? [listed(mount, others)] : []),
      ...(door === undefined ? [] : [raiseGeneration(door, 1)]),
    ],
  );
}

/**
 * Lets an alias answer until another time.
 * @param until epoch milliseconds
 * @param alongside writes of the same transaction
 * @throws ConditionFailed when the alias or its mount has changed since, or a condition of `alongside` fails
 */
export async function renewAlias(
  { store }: Pick<Deps, 'store'>,
  alias: Alias,
  until: number,
  alongside: Write[] = [],
): Promise<void> {
  const mount = await mountOfAlias({ store }, alias);
  if (!mount) throw new ConditionFailed([{ ref: treeKey(alias.namespaceId, alias.path), item: undefined }]);
  const renewed = (place: AliasPlace) =>
    place.migrationId === alias.migrationId ? { ...place, until } : place;
  await store.commit([
    ...alongside,
    { put: aliasItem({ ...alias, until }), if: unmovedAlias(alias) },
    listed(mount, (mount.aliases ?? []).map(renewed)),
  ]);
}

/**
 * Lets the records of aliases that have ended with another change be looked at within a minute. Without it, they are looked at
 * within a day: nothing else depends on it, so it is no part of the transaction.
 */
export async function lookSoon(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  aliases: readonly Pick<AliasPlace, 'migrationId'>[],
): Promise<void> {
  const now = clock.now();
  for (const { migrationId } of aliases) {
    const look = { update: migrationKey(migrationId), set: { aliasLookAt: now, nextLook: now } };
    await commitUnlessDone(store, [{ ...look, if: { open: { present: true }, isSwept: true } }]);
  }
}

/** The alias at exactly this path, whether or not its end has come. */
export async function aliasAt(
  { store }: Pick<Deps, 'store'>,
  namespaceId: string,
  path: string,
): Promise<Alias | undefined> {
  return aliasOf(await entryAt(store, namespaceId, path));
}

async function mountOfAlias({ store }: Pick<Deps, 'store'>, alias: Alias): Promise<Mount | undefined> {
  const mount = await mountAt(store, { id: alias.target.namespaceId }, alias.target.path);
  return mount?.uuid === alias.mountUuid ? mount : undefined;
}

function listed(mount: Mount, aliases: AliasPlace[]): Update {
  return {
    update: treeKey(mount.namespaceId, mount.path),
    set: { aliases },
    add: { version: 1 },
    if: unchangedMount(mount),
  };
}
