/**
 * Runs before each file of the project `reference`: the tests of the file that `knownFailures.ts` lists have to fail.
 * One that passes fails the run ("Expect test to fail"): its line is to be removed. So does a line that no test has.
 */

import { basename } from 'node:path';
import { beforeEach, type RunnerTestCase, type RunnerTestSuite } from 'vitest';
import { KNOWN_FAILURES } from './knownFailures.ts';

beforeEach(({ task }) => {
  const name = basename(task.file.filepath);
  const listed = KNOWN_FAILURES.filter(([file]) => file === name).map(([, title]) => title);
  const titles = new Set(listed.length > 0 ? titlesOf(task.file) : []);
  const gone = listed.filter((title) => !titles.has(title));
  if (gone.length > 0) throw new Error(`knownFailures.ts lists what no test is called: ${gone.join('; ')}`);
  if (listed.includes(task.fullTestName)) Object.assign(task, { fails: true });
});

function titlesOf({ tasks }: RunnerTestSuite): string[] {
  return tasks.flatMap((task: RunnerTestCase | RunnerTestSuite) =>
    task.type === 'test' ? [task.fullTestName] : titlesOf(task),
  );
}
