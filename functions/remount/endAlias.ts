/** Ends or renews an alias on request. The record of the migration that has left it tells, and is looked at again in time. */

import { silent } from '../http/errors.ts';
import type { Deps } from '../ports/deps.ts';
import type { Update } from '../ports/store.ts';
import { migrationKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import type { Alias } from '../tree/alias.ts';
import { aliasAt, endAlias, renewAlias } from '../tree/changeAlias.ts';
import { nextAliasLook } from './leftAlias.ts';
import { readMigration } from './readMigration.ts';

/** @throws VaultError 404 when the alias is gone already */
export function endAliasNow(deps: Deps, asked: Alias): Promise<void> {
  return retryContended(async () => {
    const alias = await stillThere(deps, asked);
    const now = deps.clock.now();
    await endAlias(deps, alias, await told(deps, alias, { aliasEndedAt: now }, now));
  });
}

/**
 * @param ttl seconds from now
 * @throws VaultError 404 when the alias is gone
 */
export function renewAliasNow(deps: Deps, asked: Alias, ttl: number): Promise<void> {
  return retryContended(async () => {
    const alias = await stillThere(deps, asked);
    const now = deps.clock.now();
    const until = now + ttl * 1_000;
    const writes = await told(deps, alias, { aliasUntil: until }, nextAliasLook(now, until));
    await renewAlias(deps, alias, until, writes);
  });
}

async function stillThere(deps: Deps, { namespaceId, path, migrationId }: Alias): Promise<Alias> {
  const alias = await aliasAt(deps, namespaceId, path);
  if (alias?.migrationId !== migrationId) throw silent(404);
  return alias;
}

/** As long as leases of the migration are revoked, its record has its own times. */
async function told(
  deps: Deps,
  { migrationId }: Alias,
  facts: Record<string, number>,
  lookAt: number,
): Promise<Update[]> {
  const migration = await readMigration(deps, migrationId);
  if (!migration) return [];
  const { isSwept = false } = migration;
  return [
    {
      update: migrationKey(migrationId),
      set: { ...facts, aliasLookAt: lookAt, ...(isSwept && { nextLook: lookAt }) },
      if: { open: { present: true }, isSwept: isSwept || { absent: true } },
    },
  ];
}
