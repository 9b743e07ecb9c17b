/** The paths of the requests about aliases, and what is done where there is none. */

import type { MigrationInfo } from '../../functions/remount/answers.ts';
import { CommandError, notFound } from '../errors.ts';
import { orIfNotFound } from './found.ts';
import { PATHS } from './migrations.ts';
import type { Service } from './service.ts';

const ALIASES = 'sys/remount/aliases';
/** Of a migration. */
const ID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

export const ALIAS_PATHS = {
  aliases: ALIASES,
  /** @param path with or without slashes around it, as in a move */
  alias: (path: string) => `${ALIASES}/${bare(path).split('/').map(encodeURIComponent).join('/')}`,
};

function bare(path: string): string {
  return path.replace(/^\/+|\/+$/g, '');
}

/**
 * @param asked the request about the alias
 * @throws CommandError if there is no such alias
 */
export function ofAlias<T>(service: Service, path: string, asked: Promise<T>): Promise<T> {
  return orIfNotFound(asked, () => {
    throw notFound('alias', path, service.namespace);
  });
}

/** Migrations whose paths are like that of the alias, of which the latest that has left one is looked for. */
const LOOKED_THROUGH = 100;

/**
 * Ends an alias. One that has ended already is no error: the answer to an earlier command may have been lost.
 * @returns whether it has ended now
 * @throws CommandError if there is no such alias, and no migration is known to have left one
 */
export async function endOnce(service: Service, name: string): Promise<boolean> {
  return orIfNotFound(
    service.remove(ALIAS_PATHS.alias(name)).then(() => true),
    async () => {
      if (await wasLeft(service, name)) return false;
      throw notFound('alias', name, service.namespace);
    },
  );
}

/** Whether a migration has left the alias, which is gone then. What may not be read is not known. */
async function wasLeft(service: Service, name: string): Promise<boolean> {
  try {
    const left = await migrationsThatMayHaveLeft(service, name);
    const [latest] = left.flatMap(({ alias }) => alias ?? []);
    return latest !== undefined && latest.end_time !== null;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

/** Newest first. */
async function migrationsThatMayHaveLeft(service: Service, name: string): Promise<MigrationInfo[]> {
  if (ID.test(name)) return [(await service.read(PATHS.status(name))).data.migration_info];
  const source = `${service.namespace}${bare(name)}/`;
  const query = { source, limit: String(LOOKED_THROUGH) };
  const { keys, key_info } = (await service.list(PATHS.statuses, { query })).data;
  const found: MigrationInfo[] = keys.map((key: string) => key_info[key]);
  return found.filter(({ source_mount }) => source_mount === source);
}
