/** From an alias to its mount: one round of reads more than a request at the mount itself needs. */

import { VaultError } from '../http/errors.ts';
import { MAX_ALIAS_LOOKS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Item, Ref, Store } from '../ports/store.ts';
import { closedKey, treeKey } from '../store/keys.ts';
import { type Alias, aliasOf } from './alias.ts';
import { isLock } from './closedNamespace.ts';
import { MountMoved } from './generation.ts';
import type { Location } from './locate.ts';
import { type Mount, mountOf } from './mount.ts';
import { isAuthPath } from './path.ts';

/**
 * A location with the mount that answers there: where an alias owns the path, the one that the alias leads to. An alias that
 * leads nowhere is as good as none.
 * @throws MountMoved as {@link followAlias}
 */
export async function throughAlias(
  deps: Pick<Deps, 'store' | 'clock'>,
  location: Location,
): Promise<Location> {
  const { alias, ...rest } = location;
  if (!alias) return location;
  const followed = await followAlias(deps, alias);
  if (!followed) return rest;
  const { mount, isLocked } = followed;
  return { ...location, mount, ...(isLocked && { isBehindLock: true }) };
}

/**
 * Asked after the request is authorised: who may not make it must not learn that the mount is in another namespace (R10).
 * @throws VaultError 503 where the mount of an alias is in a locked namespace
 */
export function requireOpen({ isBehindLock }: Pick<Location, 'isBehindLock'>): void {
  if (isBehindLock) throw new VaultError(503, ['the mount of this path is in a namespace that is locked']);
}

/** The path at which a request reaches its mount, relative to the namespace of the request: that of the alias, if it is at one. */
export function reachedAt({ mount, alias }: { mount: { path: string }; alias?: Alias | undefined }): string {
  return alias?.path ?? mount.path;
}

export interface Followed {
  mount: Mount;
  /** Whether its namespace is locked: then it serves nothing, and only its leases can be revoked. */
  isLocked: boolean;
}

/**
 * The mount that answers at an alias.
 * @returns nothing when the alias has ended, or its mount or the namespace of that is deleted
 * @throws MountMoved when the mount was moved several times meanwhile
 */
export async function followAlias(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  found: Alias,
): Promise<Followed | undefined> {
  let alias = found;
  for (let looks = 0; looks < MAX_ALIAS_LOOKS; looks++) {
    if (alias.until <= clock.now()) return undefined;
    const followed = await mountOfAlias(store, alias);
    if (followed !== 'not there') return followed;
    // A single read of the place has shown that its transaction is over, so this read shows all of it (R2).
    const now = aliasOf(await store.get(treeKey(alias.namespaceId, alias.path)));
    if (now?.migrationId !== alias.migrationId || isSamePlace(now, alias)) return undefined;
    alias = now;
  }
  throw new MountMoved();
}

async function mountOfAlias(store: Store, alias: Alias): Promise<Followed | undefined | 'not there'> {
  const { target, mountUuid } = alias;
  const place = treeKey(target.namespaceId, target.path);
  const namespaces = namespacesToJudge(alias);
  const [item, ...marks] = await readAll(store, [place, ...namespaces.map((id) => closedKey(id, mountUuid))]);
  const closed = marks.filter((mark) => mark !== undefined);
  // A login belongs to the namespace of its method, so its alias answers in that one only.
  if (!closed.every(isLock) || (isAuthPath(target.path) && target.namespaceId !== alias.namespaceId))
    return undefined;
  const mount = isMount(item, alias) ?? isMount(await store.get(place), alias);
  return mount ? { mount, isLocked: closed.length > 0 } : 'not there';
}

/** Whether one of the namespaces that a mount was reached through at an alias is locked. */
export async function isBehindLock(
  store: Store,
  namespaces: readonly string[],
  { mountUuid }: { mountUuid: string },
): Promise<boolean> {
  const marks = await store.getMany(namespaces.map((id) => closedKey(id, mountUuid)));
  return marks.some(isLock);
}

/** Those that the request has not come through. The root namespace is never closed. */
export function namespacesToJudge({ namespaceId, target }: Alias): string[] {
  return target.namespaceId === namespaceId ? [] : target.lineage.filter((id) => id !== 'root');
}

function readAll(store: Store, refs: Ref[]): Promise<(Item | undefined)[]> {
  const [first] = refs;
  return refs.length === 1 && first ? store.get(first).then((item) => [item]) : store.getMany(refs);
}

function isMount(item: Item | undefined, { mountUuid }: Alias): Mount | undefined {
  const mount = mountOf(item);
  return mount?.uuid === mountUuid ? mount : undefined;
}

function isSamePlace({ target: a }: Alias, { target: b }: Alias): boolean {
  return a.namespaceId === b.namespaceId && a.path === b.path;
}
