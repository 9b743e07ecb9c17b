/** The endpoints of aliases: which old paths still answer, until when, and for whom. */

import { refusal, silent } from '../http/errors.ts';
import { requireSudo } from '../http/guards.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import type { Deps } from '../ports/deps.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { type Alias, aliasOf, leadsInto } from '../tree/alias.ts';
import { type AliasUse, usesOf } from '../tree/aliasUse.ts';
import { builtinMounts } from '../tree/builtin.ts';
import { aliasAt } from '../tree/changeAlias.ts';
import { innermostNamespaces } from '../tree/findNamespace.ts';
import { mountOf } from '../tree/mount.ts';
import type { Namespace } from '../tree/namespace.ts';
import { barePath, slashed } from '../tree/path.ts';
import { aliasInfo, callersInfo } from './aliasInfo.ts';
import { checkAliasTtl } from './aliasTtl.ts';
import { ALIAS, ALIASES, type AliasDetails, type AliasList } from './answers.ts';
import { endAliasNow, renewAliasNow } from './endAlias.ts';
import { readerOf } from './requesterInfo.ts';

const FIELDS = { ttl: 'duration' } as const;

export const aliasRoutes: readonly Route[] = [
  route({ path: 'sys/remount/aliases', answers: { list: ALIASES }, list }),
  route({
    path: 'sys/remount/aliases/:path+',
    names: { path: barePath },
    strange: 'refused',
    fields: FIELDS,
    answers: { read: ALIAS, write: ALIAS, delete: null },
    read: async (call) => ({ data: await details(call, await answering(call)) }),
    write: async (call) => {
      requireSudo(call);
      const { ttl } = call.fields;
      if (ttl === undefined)
        throw refusal('ttl must be specified: for how long from now the alias is to answer');
      checkAliasTtl('ttl', ttl);
      const found = await answering(call);
      refuseOutside(call, found.alias);
      await renewAliasNow(call.deps, found.alias, ttl);
      return { data: await details(call, await answering(call)) };
    },
    delete: async (call) => {
      requireSudo(call);
      await endAliasNow(call.deps, (await findAlias(call)).alias);
    },
  }),
];

/** The aliases of the namespace, in the order of their paths. */
async function list({ deps, namespace }: Call): Promise<Reply<AliasList> | undefined> {
  const now = deps.clock.now();
  const items = await deps.store.query({ table: 'mounts', pk: namespace.id });
  const aliases = items.map(aliasOf).filter((alias) => alias !== undefined && alias.until > now) as Alias[];
  if (aliases.length === 0) return undefined;
  const infos = await severalAtOnce(aliases, async (alias) => {
    return [
      alias.path,
      aliasInfo(alias, await usesOf(deps.store, alias.migrationId), now, namespace),
    ] as const;
  });
  return { data: { keys: infos.map(([path]) => path), key_info: Object.fromEntries(infos) } };
}

/** An alias, and the namespace that it is in: that of the request, or one below it. */
interface Found {
  alias: Alias;
  namespace: Namespace;
}

/** @throws VaultError 404 where there is no alias; one whose end has come stays for up to a minute */
async function findAlias({ deps, namespace, params }: Call): Promise<Found> {
  const [place] = await innermostNamespaces(deps.store, [slashed(params.path ?? '')], namespace);
  const alias = place && (await aliasAt(deps, place.namespace.id, place.path));
  if (!place || !alias) throw silent(404);
  return { alias, namespace: place.namespace };
}

/** @throws VaultError 404 where no alias answers */
async function answering(call: Call): Promise<Found> {
  const found = await findAlias(call);
  if (found.alias.until <= call.deps.clock.now()) throw silent(404);
  return found;
}

/**
 * Whoever moved the mount has given the old namespace access for a time. Only a namespace above both ends may give it more.
 * @throws VaultError 400
 */
function refuseOutside({ namespace }: Call, alias: Alias): void {
  if (!leadsInto(alias, namespace))
    throw refusal('the mount is outside this namespace; ask in a namespace above the old path and the mount');
}

async function details(call: Call, { alias, namespace }: Found): Promise<AliasDetails> {
  const { deps } = call;
  const found = await usesOf(deps.store, alias.migrationId);
  const accessors = await accessorsOf(deps, found.uses);
  return {
    source_mount: namespace.path + alias.path,
    ...aliasInfo(alias, found, deps.clock.now(), call.namespace),
    ...callersInfo(found.uses, accessors, readerOf(call)),
  };
}

/** The accessors of the auth methods that the callers have logged in at, by the uuids of these. */
async function accessorsOf({ store }: Deps, uses: readonly AliasUse[]): Promise<Map<string, string>> {
  const namespaces = [...new Set(uses.map(({ namespaceId }) => namespaceId))];
  const found = await severalAtOnce(namespaces, async (id) => {
    const items = await store.query({ table: 'mounts', pk: id, prefix: 'auth/' });
    return [...items.map(mountOf).filter((mount) => mount !== undefined), ...builtinMounts({ id })];
  });
  return new Map(found.flat().map(({ uuid, accessor }) => [uuid, accessor]));
}
