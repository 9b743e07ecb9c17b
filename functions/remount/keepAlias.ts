/**
 * Looks after the alias that a migration has left: once a day whether it is still used, a day before its end, and at its end,
 * when it is removed. The record of the migration stays open for that, so the reconciler sees to each look (R7).
 */

import { A_DAY_MS } from '../limits.ts';
import type { Deps } from '../ports/deps.ts';
import type { Update } from '../ports/store.ts';
import { commitUnlessDone } from '../store/commitUnlessDone.ts';
import { migrationKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import type { Alias } from '../tree/alias.ts';
import { usesOf } from '../tree/aliasUse.ts';
import { aliasAt, endAlias } from '../tree/changeAlias.ts';
import { nextAliasLook } from './leftAlias.ts';
import { closing, type Migration } from './migration.ts';

/** One look. It may run twice: what it writes depends on the alias alone. */
export async function keepAlias(deps: Deps, migration: Migration): Promise<void> {
  const now = deps.clock.now();
  const { namespaceId, path } = migration.source;
  const alias = await retryContended(async () => {
    const found = await aliasAt(deps, namespaceId, path);
    if (found?.migrationId !== migration.id) return undefined;
    if (found.until > now) return found;
    await endAlias(deps, found);
    return undefined;
  });
  const write = alias ? await looked(deps, migration, alias, now) : aliasOver(migration, now);
  await commitUnlessDone(deps.store, [write]);
}

async function looked(deps: Deps, migration: Migration, alias: Alias, now: number): Promise<Update> {
  const { id, aliasUsedAt = 0, aliasEndsSoonAt } = migration;
  const [latest] = (await usesOf(deps.store, id)).uses;
  const lookAt = nextAliasLook(now, alias.until);
  const isEnding = alias.until - now <= A_DAY_MS;
  return {
    update: migrationKey(id),
    set: {
      aliasLookAt: lookAt,
      nextLook: lookAt,
      ...(latest && latest.lastAt > aliasUsedAt && { aliasUsedAt: latest.lastAt }),
      ...(isEnding && aliasEndsSoonAt === undefined && { aliasEndsSoonAt: now }),
    },
    ...(!isEnding && aliasEndsSoonAt !== undefined && { remove: ['aliasEndsSoonAt'] }),
    // A renewal meanwhile has set the times of its own end.
    if: { phase: 'done', isSwept: true, open: { present: true }, aliasUntil: alias.until },
  };
}

/** The alias has ended: nothing is left to do for the migration. */
function aliasOver(migration: Migration, now: number): Update {
  const write = closing(migration, 'done', { aliasEndedAt: migration.aliasEndedAt ?? now }, now);
  return { ...write, remove: [...(write.remove ?? []), 'aliasLookAt'] };
}
