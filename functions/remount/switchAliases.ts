/** What becomes of the aliases of a mount in its switch: they follow it, and it may leave one more. Pure. */

import type { PlacedItem } from '../ports/store.ts';
import { type AliasPlace, type AliasTarget, aliasItem, ownAlias, sameAlias } from '../tree/alias.ts';
import type { Mount } from '../tree/mount.ts';
import type { TreeChange } from '../tree/planTree.ts';
import type { Migration } from './migration.ts';

export interface SwitchedAliases {
  /** The aliases of the mount after the switch. */
  aliases: AliasPlace[];
  /** The entry that stays at the source, if one does. */
  left: PlacedItem | undefined;
  /** The alias at the target, which the mount replaces. */
  replaced: AliasPlace | undefined;
  /** The changes of those that stay where they are, and lead on to the new place. */
  following: TreeChange[];
}

/** @param now epoch milliseconds */
export function switchAliases(migration: Migration, before: Mount, now: number): SwitchedAliases {
  const { target, targetLineage, visibleTo } = migration;
  const led: AliasTarget = {
    namespaceId: target.namespaceId,
    namespacePath: target.namespacePath,
    lineage: targetLineage ?? visibleTo,
    path: target.path,
  };
  const itemOf = (place: AliasPlace) =>
    aliasItem({ ...place, mountUuid: before.uuid, generation: before.generation + 1, target: led });
  const replaced = ownAlias(before, target);
  const following = (before.aliases ?? []).filter((alias) => alias !== replaced);
  const left = leftAlias(migration, now);
  return {
    aliases: left ? [...following, left] : following,
    left: left && itemOf(left),
    replaced,
    following: following.map((alias) => ({
      namespaceId: alias.namespaceId,
      path: alias.path,
      before: sameAlias(alias),
      after: itemOf(alias),
    })),
  };
}

function leftAlias({ id, aliasTtlS, source }: Migration, since: number): AliasPlace | undefined {
  if (aliasTtlS === undefined) return undefined;
  const { namespaceId, path } = source;
  return { namespaceId, path, migrationId: id, since, until: since + aliasTtlS * 1_000 };
}
