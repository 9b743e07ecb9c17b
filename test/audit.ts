/**
 * `npm run audit`: asks the registry for known weaknesses of what is deployed, and fails from severity `high` on. A
 * registry that does not answer such questions, as mirrors often do not, is said to be silent, and fails nothing.
 */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** What is bundled into the functions; tools of the build never see a secret. */
const COMMAND = ['audit', '--omit=dev', '--audit-level=high', '--json'];
const GIVE_UP_MS = 60_000;

interface Report {
  metadata?: { vulnerabilities: Record<string, number> };
}

const { stdout, status } = spawnSync('npm', COMMAND, {
  cwd: join(import.meta.dirname, '..'),
  encoding: 'utf8',
  timeout: GIVE_UP_MS,
});
const found = reportIn(stdout)?.metadata?.vulnerabilities;
if (!found) {
  console.log('The registry does not tell of known weaknesses: not audited.');
} else {
  const counts = Object.entries(found).map(([severity, count]) => `${severity} ${count}`);
  console.log(`Known weaknesses of what is deployed: ${counts.join(', ')}.`);
  process.exitCode = status ?? 1;
}

function reportIn(text: string): Report | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
