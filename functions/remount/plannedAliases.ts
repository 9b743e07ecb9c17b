/** What would become of the aliases that mounts have already: told by a plan. */

import type { Store } from '../ports/store.ts';
import { ownAlias } from '../tree/alias.ts';
import { namespacesWithin } from '../tree/findNamespace.ts';
import { isUnlocked, type Namespace } from '../tree/namespace.ts';
import type { PlannedAlias } from './answers.ts';
import type { Move } from './planMove.ts';

/** Namespaces by id. */
export type Homes = ReadonlyMap<string, Namespace>;

/**
 * The namespaces that the aliases of these mounts are in, as far as the namespace of the request reaches (R10), and are not locked.
 */
export async function homesOfAliases(
  store: Store,
  moves: readonly Pick<Move, 'mount'>[],
  within: Namespace,
): Promise<Homes> {
  const ids = moves.flatMap(({ mount }) => (mount.aliases ?? []).map(({ namespaceId }) => namespaceId));
  const homes = await namespacesWithin(store, ids, within);
  return new Map([...homes].filter(([, home]) => isUnlocked(home)));
}

/**
 * As the switch does with them (switchAliases.ts): they follow, and one at the target is replaced by the mount. Pure.
 * @param homes those that may be told
 * @param now epoch milliseconds; an alias whose end has come does not answer
 */
export function plannedAliases({ mount, target }: Move, homes: Homes, now: number): PlannedAlias[] {
  const replaced = ownAlias(mount, { namespaceId: target.namespace.id, path: target.path });
  return (mount.aliases ?? [])
    .filter(({ until }) => until > now)
    .map((alias) => {
      const home = homes.get(alias.namespaceId);
      return {
        source_mount: home ? home.path + alias.path : '',
        source_namespace: home ? home.path : '',
        migration_id: alias.migrationId,
        ...(alias === replaced
          ? { outcome: 'ends', end_time: null }
          : { outcome: 'follows', end_time: new Date(alias.until).toISOString() }),
      };
    });
}
