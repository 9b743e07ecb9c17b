/** What to do when the service knows nothing of an id. */

import { CommandError } from './errors.ts';

/** @param other what is done in place of it */
export async function orIfNotFound<T, U>(asked: Promise<T>, other: () => U | Promise<U>): Promise<T | U> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof CommandError && error.isNotFound) return other();
    throw error;
  }
}
