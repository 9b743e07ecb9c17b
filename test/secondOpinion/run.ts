/**
 * `npm run test:second-opinion`: runs the suites on AWS's DynamoDB Local, so that they do not depend on one emulator.
 * Files or folders on the command line limit what is run, as with vitest.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startDynamoDBLocal } from './dynamodbLocal.ts';

const TESTS = join(import.meta.dirname, '..');
const VITEST = join(TESTS, '..', 'node_modules', '.bin', 'vitest');

/** The tests of the embedded emulator itself, and those that compare what `npm run test:deep` has recorded. */
const LEFT_OUT = ['local', 'rights'];

const dynamodb = await startDynamoDBLocal();
try {
  const chosen = process.argv.slice(2);
  const args = ['run', ...(chosen.length > 0 ? chosen : await allOtherFolders())];
  const env = { ...process.env, DYNAMODB_ENDPOINT: dynamodb.endpoint };
  const [code] = await once(spawn(VITEST, args, { env, stdio: 'inherit' }), 'exit');
  process.exitCode = code ?? 1;
} finally {
  await dynamodb.stop();
}

/** Lists every folder: vitest's `--exclude` has no effect on a project with an `exclude` of its own. */
async function allOtherFolders(): Promise<string[]> {
  const entries = await readdir(TESTS, { withFileTypes: true });
  const kept = entries.filter(({ name }) => !LEFT_OUT.includes(name));
  const folders = kept.filter((entry) => entry.isDirectory()).map(({ name }) => `test/${name}/`);
  return [...folders, ...kept.map(({ name }) => `test/${name}`).filter((file) => file.endsWith('.test.ts'))];
}
