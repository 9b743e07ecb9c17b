/**
 * `npm run test:second-opinion`: the suites on AWS's DynamoDB Local, so that nothing leans on one emulator.
 * What is named on the command line is run alone, as with vitest.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { startDynamoDBLocal } from './dynamodbLocal.ts';

const TESTS = join(import.meta.dirname, '..');
const VITEST = join(TESTS, '..', 'node_modules', '.bin', 'vitest');

/** Those in here are about the embedded emulator itself. */
const ABOUT_THE_OTHER = 'local';

const dynamodb = await startDynamoDBLocal();
try {
  const chosen = process.argv.slice(2);
  const args = ['run', ...(chosen.length > 0 ? chosen : await allButTheOther())];
  const env = { ...process.env, DYNAMODB_ENDPOINT: dynamodb.endpoint };
  const [code] = await once(spawn(VITEST, args, { env, stdio: 'inherit' }), 'exit');
  process.exitCode = code ?? 1;
} finally {
  await dynamodb.stop();
}

/** Each by its name: what vitest is told to leave out, a project that leaves out something itself runs all the same. */
async function allButTheOther(): Promise<string[]> {
  const entries = await readdir(TESTS, { withFileTypes: true });
  const kept = entries.filter(({ name }) => name !== ABOUT_THE_OTHER);
  const folders = kept.filter((entry) => entry.isDirectory()).map(({ name }) => `test/${name}/`);
  return [...folders, ...kept.map(({ name }) => `test/${name}`).filter((file) => file.endsWith('.test.ts'))];
}
