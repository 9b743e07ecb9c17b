/** Ends or renews an alias on request. The record of the migration that has left it tells, and is looked at again in time. */

import type { Deps } from '../ports/deps.ts';
import type { Update } from '../ports/store.ts';
import { migrationKey } from '../store/keys.ts';
import { retryContended } from '../store/retryContended.ts';
import type { Alias } from '../tree/alias.ts';
import { endAlias, renewAlias } from '../tree/changeAlias.ts';
import { nextAliasLook } from './leftAlias.ts';
import { readMigration } from './readMigration.ts';

/**
 * Finds the alias that a request names, and judges whether it may change it: a move of the mount changes who may. So it is asked
 * again for each try.
 */
type FindAlias = () => Promise<Alias>;

/** @throws VaultError those of `find` */
export function endAliasNow(deps: Deps, find: FindAlias): Promise<void> {
  return retryContended(async () => {
    const alias = await find();
    const now = deps.clock.now();
    await endAlias(deps, alias, await told(deps, alias, { aliasEndedAt: now }, now));
  });
}

/**
 * @param ttl seconds from now
 * @throws VaultError those of `find`
 */
export function renewAliasNow(deps: Deps, find: FindAlias, ttl: number): Promise<void> {
  return retryContended(async () => {
    const alias = await find();
    const now = deps.clock.now();
    const until = now + ttl * 1_000;
    const writes = await told(deps, alias, { aliasUntil: until }, nextAliasLook(now, until));
    await renewAlias(deps, alias, until, writes);
  });
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
