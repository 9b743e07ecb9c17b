/** The last lines of a demo: the failed checks, and how many there were. */

import type { Checks } from './checks.ts';
import type { Screen } from './screen.ts';

/** Sets the exit code of the process, too. */
export function summarize(screen: Screen, { failed, passed }: Checks): void {
  screen.heading('Summary');
  for (const what of failed) screen.line(`  ${screen.style('red', '✗')} ${what}`);
  const seconds = Math.round(performance.now() / 1_000);
  screen.line(`  ${passed()} checks passed, ${failed.length} failed, in ${seconds} s`);
  process.exitCode = failed.length === 0 ? 0 : 1;
}
