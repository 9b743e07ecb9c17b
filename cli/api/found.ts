/** Handles ids that the service does not know. */

import { CommandError, notFound } from '../errors.ts';
import { PATHS } from './migrations.ts';
import { RUN_PATHS } from './runs.ts';
import type { Answer } from './service.ts';

/** @param other is called if the service answers that the id is not found */
export async function orIfNotFound<T, U>(asked: Promise<T>, other: () => U | Promise<U>): Promise<T | U> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof CommandError && error.isNotFound) return other();
    throw error;
  }
}

type PathsOfId = Pick<typeof RUN_PATHS, 'status' | 'cancel' | 'undo'>;

/**
 * Finds a migration or a bulk run: the id does not show which of the two it is.
 * @param ask is called with the paths of migrations, and then with those of runs if there is no such migration
 * @throws CommandError if there is neither
 */
export function ofEither(
  namespace: string,
  id: string,
  ask: (paths: PathsOfId) => Promise<Answer>,
): Promise<Answer> {
  return orIfNotFound(ask(PATHS), () =>
    orIfNotFound(ask(RUN_PATHS), () => {
      throw notFound('migration or bulk run', id, namespace);
    }),
  );
}
