/** The endpoints of aliases: which old paths still answer, until when, and for whom. */

import { refusal, silent } from '../http/errors.ts';
import { requireSudo } from '../http/guards.ts';
import { type Call, type Reply, type Route, route } from '../http/route.ts';
import type { Deps } from '../ports/deps.ts';
import { severalAtOnce } from '../store/severalAtOnce.ts';
import { leadsInto } from '../tree/alias.ts';
import { type AliasUse, usesOf } from '../tree/aliasUse.ts';
import { builtinMounts } from '../tree/builtin.ts';
import { namespaceById } from '../tree/findNamespace.ts';
import { mountOf } from '../tree/mount.ts';
import { requireUnlocked } from '../tree/namespace.ts';
import { barePath } from '../tree/path.ts';
import { aliasInfo, callersInfo } from './aliasInfo.ts';
import { checkAliasTtl } from './aliasTtl.ts';
import { ALIAS, ALIASES, type AliasDetails, type AliasList } from './answers.ts';
import { endAliasNow, renewAliasNow } from './endAlias.ts';
import { type FoundAlias, findAlias, listAliases } from './findAlias.ts';
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
      await renewAliasNow(call.deps, () => renewable(call), ttl);
      return { data: await details(call, await answering(call)) };
    },
    delete: async (call) => {
      requireSudo(call);
      await endAliasNow(call.deps, async () => (await existing(call)).alias);
    },
  }),
];

/** First those of the namespace, in the order of their paths. */
async function list(call: Call): Promise<Reply<AliasList> | undefined> {
  const { deps, namespace } = call;
  const found = [...(await listAliases(call))];
  if (found.length === 0) return undefined;
  const infos = await severalAtOnce(found, async ([name, one]) => {
    const uses = await usesOf(deps.store, one.alias.migrationId);
    return [name, aliasInfo(one, uses, deps.clock.now(), namespace)] as const;
  });
  return { data: { keys: infos.map(([name]) => name), key_info: Object.fromEntries(infos) } };
}

/** @throws VaultError 404 where there is no alias; one whose end has come stays for up to a minute */
async function existing(call: Call): Promise<FoundAlias> {
  const found = await findAlias(call);
  if (!found) throw silent(404);
  return found;
}

/** @throws VaultError 404 where no alias answers */
async function answering(call: Call): Promise<FoundAlias> {
  const found = await existing(call);
  if (found.alias.until <= call.deps.clock.now()) throw silent(404);
  return found;
}

/**
 * Whoever moved the mount has given the old namespace access for a time. Only a namespace above both ends may give it more.
 * @throws VaultError 400 if one of them is outside the namespace, 404 where no alias answers, 503 if one of them is locked
 */
async function renewable(call: Call): Promise<FoundAlias['alias']> {
  const { alias, home } = await answering(call);
  const outside = home ? 'the mount' : 'the old path';
  if (!home || !leadsInto(alias, call.namespace))
    throw refusal(
      `${outside} is outside this namespace; ask in a namespace above the old path and the mount`,
    );
  const owner = await namespaceById(call.deps.store, alias.target.namespaceId);
  if (owner) requireUnlocked(owner);
  return alias;
}

async function details(call: Call, found: FoundAlias): Promise<AliasDetails> {
  const { deps } = call;
  const callers = await usesOf(deps.store, found.alias.migrationId);
  const accessors = await accessorsOf(deps, callers.uses);
  return {
    ...aliasInfo(found, callers, deps.clock.now(), call.namespace),
    ...callersInfo(callers.uses, accessors, readerOf(call)),
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
