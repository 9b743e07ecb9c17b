/** The endpoints of aliases: which old paths still answer, until when, and for whom. */

import { refusal, silent } from '../http/errors.ts';
import { requireSudo } from '../http/guards.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import type { Deps } from '../ports/deps.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { type Alias, aliasOf } from '../tree/alias.ts';
import { type AliasUse, usesOf } from '../tree/aliasUse.ts';
import { builtinMounts } from '../tree/builtin.ts';
import { aliasAt } from '../tree/changeAlias.ts';
import { mountOf } from '../tree/mount.ts';
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
    read: async (call) => ({ data: await details(call, await findAlias(call)) }),
    write: async (call) => {
      requireSudo(call);
      const { ttl } = call.fields;
      if (!ttl) throw refusal('ttl must be specified: for how long from now the alias is to answer');
      checkAliasTtl(ttl);
      await renewAliasNow(call.deps, await findAlias(call), ttl);
      return { data: await details(call, await findAlias(call)) };
    },
    delete: async (call) => {
      requireSudo(call);
      await endAliasNow(call.deps, await findAlias(call));
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
    return [alias.path, aliasInfo(alias, await usesOf(deps.store, alias.migrationId), now)] as const;
  });
  return { data: { keys: infos.map(([path]) => path), key_info: Object.fromEntries(infos) } };
}

/** @throws VaultError 404 where no alias answers */
async function findAlias({ deps, namespace, params }: Call): Promise<Alias> {
  const alias = await aliasAt(deps, namespace.id, slashed(params.path ?? ''));
  if (!alias || alias.until <= deps.clock.now()) throw silent(404);
  return alias;
}

async function details(call: Call, alias: Alias): Promise<AliasDetails> {
  const { deps, namespace } = call;
  const uses = await usesOf(deps.store, alias.migrationId);
  const accessors = await accessorsOf(deps, uses);
  return {
    source_mount: namespace.path + alias.path,
    ...aliasInfo(alias, uses, deps.clock.now()),
    ...callersInfo(uses, accessors, readerOf(call)),
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
