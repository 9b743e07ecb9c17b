/**
 * `npm run test:second-opinion`: the suites on AWS's DynamoDB Local, so that nothing leans on one emulator.
 * What is named on the command line is run alone, as with vitest.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startDynamoDBLocal } from './dynamodbLocal.ts';

const VITEST = join(import.meta.dirname, '..', '..', 'node_modules', '.bin', 'vitest');

/** These are about the embedded emulator itself. */
const ABOUT_THE_OTHER = 'test/local/**';

const dynamodb = await startDynamoDBLocal();
try {
  const args = ['run', '--exclude', ABOUT_THE_OTHER, ...process.argv.slice(2)];
  const env = { ...process.env, DYNAMODB_ENDPOINT: dynamodb.endpoint };
  const [code] = await once(spawn(VITEST, args, { env, stdio: 'inherit' }), 'exit');
  process.exitCode = code ?? 1;
} finally {
  await dynamodb.stop();
}
