/** What to do when the service knows nothing of an id. */

import { CommandError, notFound } from '../errors.ts';
import { PATHS } from './migrations.ts';
import { RUN_PATHS } from './runs.ts';
import type { Answer } from './service.ts';

/** @param other what is done in place of it */
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
 * An id does not tell whether it is that of a migration or of a bulk run.
 * @param ask is called with the paths of migrations, and with those of runs if there is no such migration
 * @throws CommandError when there is neither
 */
export function ofEither(
  namespace: string,
  id: string,
  ask: (paths: PathsOfId) => Promise<Answer>,
): Promise<Answer> {
  return orIfNotFound(ask(PATHS), () =>
    orIfNotFound(ask(RUN_PATHS), () => {
      throw notFound('migration and no bulk run', id, namespace);
    }),
  );
}
