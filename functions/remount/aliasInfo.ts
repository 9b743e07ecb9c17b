/** What is told of an alias, and of who uses it. Pure. */

import { MAX_ALIAS_CALLERS } from '../limits.ts';
import { leadsInto } from '../tree/alias.ts';
import type { AliasUse, AliasUses } from '../tree/aliasUse.ts';
import type { AliasCallerInfo, AliasInfo } from './answers.ts';
import type { FoundAlias } from './findAlias.ts';
import { mayKnow, type Reader } from './requesterInfo.ts';

/** @param reader the namespace of the request, which learns nothing of others beside it or above it (R10) */
export function aliasInfo(
  { alias, home }: FoundAlias,
  { uses, isComplete }: AliasUses,
  now: number,
  reader: { path: string },
): AliasInfo {
  const [latest] = uses;
  const { migrationId, since, until, target } = alias;
  const isInside = leadsInto(alias, reader);
  return {
    source_mount: home ? home.path + alias.path : '',
    source_namespace: home ? home.path : '',
    target_mount: isInside ? target.namespacePath + target.path : '',
    target_namespace: isInside ? target.namespacePath : '',
    migration_id: migrationId,
    created_time: new Date(since).toISOString(),
    end_time: new Date(until).toISOString(),
    ttl: Math.max(0, Math.ceil((until - now) / 1_000)),
    callers_total: uses.length,
    callers_complete: isComplete,
    last_used_time: latest ? new Date(latest.lastAt).toISOString() : null,
  };
}

/**
 * The latest callers whose tokens are of the reader's namespace, and of those below it (R10).
 * @param uses the latest first
 * @param accessors of auth methods, by their uuids
 */
export function callersInfo(
  uses: readonly AliasUse[],
  accessors: ReadonlyMap<string, string>,
  reader: Pick<Reader, 'namespacePath'>,
): { callers: AliasCallerInfo[]; hidden_callers: number } {
  const told = uses.flatMap((use): AliasCallerInfo[] => {
    const { displayName, namespacePath, loginPath, mountUuids, firstAt, lastAt, count } = use;
    if (!mayKnow(reader, namespacePath)) return [];
    return [
      {
        display_name: displayName,
        namespace: namespacePath,
        login_path: loginPath,
        mount_accessor:
          mountUuids.map((uuid) => accessors.get(uuid)).find((known) => known !== undefined) ?? '',
        first_time: new Date(firstAt).toISOString(),
        last_time: new Date(lastAt).toISOString(),
        count,
      },
    ];
  });
  return { callers: told.slice(0, MAX_ALIAS_CALLERS), hidden_callers: uses.length - told.length };
}
