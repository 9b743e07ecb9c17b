/** `npm run demo`, as a new user runs it. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const DEMO = join(import.meta.dirname, '..', '..', 'infra', 'demo.ts');
/** Half a minute on a quiet machine. */
const TIMEOUT_MS = 600_000;

const run = (...words: string[]) => promisify(execFile)(process.execPath, [DEMO, ...words]);

it(
  'the demo says how long it takes, checks all promises, and measures nothing',
  async () => {
    const { stdout } = await run();

    expect(stdout).toMatch(/^This takes about half a minute on a quiet machine/);
    expect(stdout).toMatch(/8\d checks passed, 0 failed, in \d+ s\n$/);
    for (const promise of [
      'clients that it does not name: none',
      'reads that both paths refused: 0',
      'leases still stored after the success: 0',
    ])
      expect(stdout).toContain(promise);
    expect(stdout).not.toContain('times the small');
  },
  TIMEOUT_MS,
);

it('the demo refuses what it does not know, before it starts anything', async () => {
  await expect(run('--mesure')).rejects.toThrow("Unknown option '--mesure'");
});
