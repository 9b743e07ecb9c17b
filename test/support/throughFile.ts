/** Something that all tests of one file share. */

import { afterAll, beforeAll } from 'vitest';

/**
 * Starts it before the first test of the file, and stops it after the last.
 * @returns an object that is empty until then
 */
export function throughFile<T extends { stop(): Promise<void> }>(start: () => Promise<T>): T {
  const shared = {} as T;
  beforeAll(async () => {
    Object.assign(shared, await start());
  });
  afterAll(() => shared.stop());
  return shared;
}
