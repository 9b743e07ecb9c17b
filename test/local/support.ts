/** Shared by the tests of the local service: test functions, bundled and run like the real ones. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { buildFunctions } from '../../infra/build.ts';
import { createLambda, type Lambda } from '../../infra/local/lambda.ts';

/** Who may call the AWS services that a test starts. */
export const CREDENTIALS = { accessKeyId: 'tests', secretAccessKey: 'known to one test' };

/** More than any function takes, be the machine as busy as it may. */
export const TIMEOUT_SECONDS = 20;

/** Runs the functions of `fixtures/functions`. */
export async function startFixtureLambda(
  log?: (text: string) => void,
  timeoutSeconds = TIMEOUT_SECONDS,
): Promise<Lambda> {
  const target = join(import.meta.dirname, '..', '..', '.build', 'fixtures');
  const bundles = await buildFunctions({
    source: join(import.meta.dirname, 'fixtures', 'functions'),
    target,
  });
  const settings = bundles.map(({ name }) => [
    name,
    {
      bundle: join(target, name, 'index.mjs'),
      timeoutSeconds,
      memoryMB: 256,
      environment: { AWS_REGION: 'us-east-1', GREETING: 'hello' },
    },
  ]);
  return createLambda(Object.fromEntries(settings), log);
}

/** A folder for the data of one test, deleted at its end. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'remount-data-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
