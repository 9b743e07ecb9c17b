/**
 * An alias: the path that a mount has left, which goes on answering for a time. It is an entry of the tree, so nothing else can
 * be there (R1). It has no data: a request at the alias is served by the mount, wherever that is now.
 *
 * The mount lists its aliases, and every transaction that changes the one changes the other.
 */

import { goQuote } from '../http/errors.ts';
import type { Expected, Item, PlacedItem } from '../ports/store.ts';
import { treeKey } from '../store/keys.ts';
import { record } from '../store/record.ts';

/** An alias as its mount lists it. */
export interface AliasPlace {
  namespaceId: string;
  /** Relative to the namespace, with a trailing slash. */
  path: string;
  /** The migration that has left it. Each leaves at most one, so it identifies the alias. */
  migrationId: string;
  /** Epoch milliseconds. It answers from the switch until its end. */
  since: number;
  until: number;
}

export interface Alias extends AliasPlace {
  mountUuid: string;
  /** Of the mount, when it came to the target. */
  generation: number;
  target: AliasTarget;
}

/** Where the mount is now. */
export interface AliasTarget {
  namespaceId: string;
  namespacePath: string;
  /** Ids from the root namespace down to that of the mount. */
  lineage: string[];
  path: string;
}

const RECORD = record<Omit<Alias, 'namespaceId' | 'path'>>('alias');

export function aliasItem({ namespaceId, path, ...rest }: Alias): PlacedItem {
  return RECORD.at(treeKey(namespaceId, path), rest);
}

/** @returns the alias of a tree item; nothing if the item is not an alias */
export function aliasOf(item: Item | undefined): Alias | undefined {
  const alias = RECORD.of(item);
  return item && alias && { namespaceId: item.pk, path: item.sk, ...alias };
}

/** The condition of a write to an alias beside one that depends on its mount: it is this one. */
export function sameAlias({ migrationId }: Pick<AliasPlace, 'migrationId'>): Expected {
  return { kind: 'alias', migrationId };
}

/** The condition that also depends on the place of its mount: that has not moved since. */
export function unmovedAlias({
  migrationId,
  generation,
}: Pick<Alias, 'migrationId' | 'generation'>): Expected {
  return { kind: 'alias', migrationId, generation };
}

/**
 * What a lease depends on besides its mount, if it was issued at an alias in another namespace than that of the mount: its id is
 * known there only, and would mean nothing after the end of the alias, so it ends with that (docs/decisions.md, 31).
 */
export function doorOf(
  { namespaceId, migrationId }: Pick<AliasPlace, 'namespaceId' | 'migrationId'>,
  mount: { namespaceId: string },
): string | undefined {
  return namespaceId === mount.namespaceId ? undefined : `${DOOR}${migrationId}`;
}

/** Whether what a lineage names as a mount is the door that an alias is. */
export function isDoor(uuid: string): boolean {
  return uuid.startsWith(DOOR);
}

const DOOR = 'alias#';

/** Whether the mount of an alias is in a namespace or below it: what is beside it or above it is not told there (R10). */
export function leadsInto({ target }: Pick<Alias, 'target'>, { path }: { path: string }): boolean {
  return target.namespacePath.startsWith(path);
}

/** Where the mount of an alias is, in the words of an answer, as far as that is told in a namespace (R10). */
export function whereItLeads(alias: Pick<Alias, 'target'>, reader: { path: string }): string {
  const { namespacePath, path } = alias.target;
  return leadsInto(alias, reader) ? `at ${goQuote(namespacePath + path)}` : 'in another namespace';
}

/** The alias of this mount at exactly this place, if it has one. */
export function ownAlias(
  { aliases = [] }: { aliases?: AliasPlace[] },
  { namespaceId, path }: Pick<AliasPlace, 'namespaceId' | 'path'>,
): AliasPlace | undefined {
  return aliases.find((alias) => alias.namespaceId === namespaceId && alias.path === path);
}
