/** Shows the tests of another language as tests of vitest. */

import { describe, expect, it } from 'vitest';
import { ended } from './ended.ts';
import { environment } from './environment.ts';
import { complaintAbout, type Suite } from './suite.ts';

/** Runs the suite against the server of the vitest project, and makes a test of each of its tests. */
export async function asTests(suite: Suite): Promise<void> {
  const complaint = await complaintAbout(suite);
  if (complaint !== undefined) {
    it(suite.title, ({ skip }) => skip(complaint));
    return;
  }
  const { code, stdout, stderr } = await ended(suite.run, { cwd: suite.folder, env: environment() });
  const outcomes = suite.outcomesOf(stdout);
  // A suite that breaks off has no outcome for the tests that it did not reach.
  if (outcomes.length === 0 || (code !== 0 && outcomes.every(({ passed }) => passed)))
    throw new Error(`${suite.title} ended with ${code}: ${stderr || stdout}`);
  describe(suite.title, () => {
    it.for(outcomes.map((outcome) => [outcome.title, outcome] as const))('%s', ([, { passed, log }]) =>
      expect(passed, log).toBe(true),
    );
  });
}
