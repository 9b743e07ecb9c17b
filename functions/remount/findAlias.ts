/**
 * Finds aliases for a request. Those in its namespace and below have their paths. One that leads into its namespace from elsewhere
 * is known by the migration that has left it: the namespace that it is in is not told (R10; docs/decisions.md, 31).
 */

import type { Call } from '../http/route.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { type Alias, type AliasPlace, aliasOf } from '../tree/alias.ts';
import { aliasAt } from '../tree/changeAlias.ts';
import { innermostNamespaces, namespacesWithin, namespaceWithin } from '../tree/findNamespace.ts';
import { mountOf } from '../tree/mount.ts';
import { isUnlocked, type Namespace, requireUnlocked } from '../tree/namespace.ts';
import { slashed } from '../tree/path.ts';
import { isMigrationId } from './migration.ts';
import { readMigration } from './readMigration.ts';

export interface FoundAlias {
  alias: Alias;
  /** The namespace that it is in; nothing if that is outside the namespace of the request. */
  home: Namespace | undefined;
}

type Asked = Pick<Call, 'deps' | 'namespace' | 'params'>;

/**
 * The alias that the path of a request names, whether or not its end has come.
 * @throws VaultError 503 for one in a locked namespace; the namespace of its mount may end it all the same, by its migration
 */
export async function findAlias(asked: Asked): Promise<FoundAlias | undefined> {
  return (await aliasByPath(asked)) ?? outsideByMigration(asked);
}

async function aliasByPath({ deps, namespace, params }: Asked): Promise<FoundAlias | undefined> {
  const [place] = await innermostNamespaces(deps.store, [slashed(params.path ?? '')], namespace);
  if (!place) return undefined;
  requireUnlocked(place.namespace);
  const alias = await aliasAt(deps, place.namespace.id, place.path);
  return alias && { alias, home: place.namespace };
}

async function outsideByMigration({ deps, namespace, params }: Asked): Promise<FoundAlias | undefined> {
  const id = params.path ?? '';
  const migration = isMigrationId(id) ? await readMigration(deps, id) : undefined;
  if (!migration) return undefined;
  const { namespaceId, path } = migration.source;
  const alias = await aliasAt(deps, namespaceId, path);
  if (alias?.migrationId !== id || alias.target.namespaceId !== namespace.id) return undefined;
  const isOutside = (await namespaceWithin(deps.store, namespaceId, namespace)) === undefined;
  return isOutside ? { alias, home: undefined } : undefined;
}

/**
 * The aliases in the namespace, and those in other namespaces that lead to its mounts, by what they are named in a request. Those
 * in a locked namespace are left out.
 */
export async function listAliases({
  deps,
  namespace,
}: Omit<Asked, 'params'>): Promise<Map<string, FoundAlias>> {
  const items = await deps.store.query({ table: 'mounts', pk: namespace.id });
  const own = items.map(aliasOf).filter((alias) => alias !== undefined);
  const elsewhere = items
    .flatMap((item) => mountOf(item)?.aliases ?? [])
    .filter(({ namespaceId }) => namespaceId !== namespace.id);
  const [leading, homes] = await Promise.all([
    severalAtOnce(elsewhere, (place) => stillAlias(deps, place)),
    namespacesWithin(
      deps.store,
      elsewhere.map(({ namespaceId }) => namespaceId),
      namespace,
    ),
  ]);
  const answering = [...own, ...leading.flat()].filter(({ until }) => until > deps.clock.now());
  const found = answering.map((alias): FoundAlias => {
    return { alias, home: alias.namespaceId === namespace.id ? namespace : homes.get(alias.namespaceId) };
  });
  const shown = found.filter(({ home }) => !home || isUnlocked(home));
  return new Map(shown.map((one) => [nameOf(one, namespace), one]));
}

async function stillAlias(
  deps: Pick<Call['deps'], 'store'>,
  { namespaceId, path, migrationId }: AliasPlace,
): Promise<Alias[]> {
  const alias = await aliasAt(deps, namespaceId, path);
  return alias?.migrationId === migrationId ? [alias] : [];
}

function nameOf({ alias, home }: FoundAlias, within: Namespace): string {
  return home ? home.path.slice(within.path.length) + alias.path : alias.migrationId;
}
