/**
 * `npm run test:reference`: the contract and the clients on this service and on a real OpenBao, the contract of moves in
 * front of one, and what compares the two.
 * With `-- --document`, docs/reference.md is made of the result. Other words are handed on to vitest.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { REFERENCE_DOCUMENT } from './reporter.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DOCUMENT = '--document';

const chosen = process.argv.slice(2).filter((word) => word !== DOCUMENT);
const args = [
  ...['run', '--project=contract', '--project=reference', '--project=front', ...chosen],
  ...['--reporter=default', '--reporter=test/reference/reporter.ts'],
];
const env = { ...process.env, REFERENCE: 'all' };
const vitest = spawn(join(ROOT, 'node_modules', '.bin', 'vitest'), args, {
  cwd: ROOT,
  env,
  stdio: 'inherit',
});
const [code] = await once(vitest, 'exit');
process.exitCode = code ?? 1;
if (code === 0 && process.argv.includes(DOCUMENT))
  await copyFile(REFERENCE_DOCUMENT, join(ROOT, 'docs', 'reference.md'));
