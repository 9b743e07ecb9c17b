/**
 * Runs before each file of the projects `reference` and `front`: the tests that `knownFailures.ts` lists have to fail.
 * One that passes fails the run ("Expect test to fail"): its line is to be removed.
 */

import { basename } from 'node:path';
import { beforeEach, inject } from 'vitest';
import { KNOWN_FAILURES } from './knownFailures.ts';

const { isInFront } = inject('target');
const FAILURES = KNOWN_FAILURES[isInFront ? 'in front' : 'OpenBao'];

beforeEach(({ task }) => {
  const name = basename(task.file.filepath);
  const isListed = FAILURES.some(([file, title]) => file === name && title === task.fullTestName);
  if (isListed) Object.assign(task, { fails: true });
});
