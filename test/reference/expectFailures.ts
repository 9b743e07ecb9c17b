/**
 * Runs before each file of the project `reference`: the tests of the file that `knownFailures.ts` lists have to fail.
 * One that passes fails the run ("Expect test to fail"): its line is to be removed.
 */

import { basename } from 'node:path';
import { beforeEach } from 'vitest';
import { KNOWN_FAILURES } from './knownFailures.ts';

beforeEach(({ task }) => {
  const name = basename(task.file.filepath);
  const isListed = KNOWN_FAILURES.some(([file, title]) => file === name && title === task.fullTestName);
  if (isListed) Object.assign(task, { fails: true });
});
