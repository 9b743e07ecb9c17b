/** Runs the DynamoDB emulator as a child process that cannot outlive the service. */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { claimFolder, databaseFile, openFolder, releaseFolder } from './dataFolder.ts';
import { StartError } from './startError.ts';
import { indexStreams } from './streamIndex.ts';

export interface DynamoDB {
  /** Value of `AWS_ENDPOINT_URL_DYNAMODB`. */
  endpoint: string;
  stop(): Promise<void>;
}

export interface DynamoDBOptions {
  /** Keeps the data in this folder; without it, in memory, where each write to a stream takes longer than the last. */
  dataDir?: string | undefined;
  /** A running DynamoDB to use. Then no emulator is started. */
  endpoint?: string | undefined;
  /** Called if the emulator ends without `stop()`. */
  onCrash?: () => void;
}

const START_ATTEMPTS = 5;
const START_TIMEOUT_MS = 10_000;
const STOP_TIMEOUT_MS = 1_000;

/**
 * Starts the emulator and waits until it listens.
 * @throws StartError
 */
export async function startDynamoDB(options: DynamoDBOptions = {}): Promise<DynamoDB> {
  const { dataDir, endpoint, onCrash } = options;
  if (endpoint !== undefined) return { endpoint, stop: async () => {} };
  if (dataDir !== undefined) await openFolder(dataDir);
  const emulator = await spawnOnFreePort(dataDir === undefined ? [] : ['--db-path', databaseFile(dataDir)]);
  const guard = guardAgainstOrphan(emulator.child);
  let stopping = false;
  const stop = async () => {
    stopping = true;
    emulator.child.kill('SIGTERM');
    const giveUp = setTimeout(() => emulator.child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await emulator.ended;
    clearTimeout(giveUp);
    if (dataDir !== undefined) await releaseFolder(dataDir);
  };
  void emulator.ended.then(() => {
    guard.kill('SIGKILL');
    if (!stopping) onCrash?.();
  });
  if (dataDir !== undefined) {
    try {
      await claimFolder(dataDir, emulator.child.pid as number);
      await indexStreams(dataDir);
    } catch (error) {
      await stop();
      throw error;
    }
  }
  return { endpoint: emulator.endpoint, stop };
}

interface Emulator {
  child: ChildProcess;
  endpoint: string;
  ended: Promise<unknown>;
}

/**
 * The emulator serves every web page that finds it, and takes any signature. So it listens on a loopback address of its
 * own, which no page can guess: 16 million addresses, each with its ports.
 */
function hiddenAddress(): string {
  return ['127', randomInt(1, 255), randomInt(256), randomInt(1, 255)].join('.');
}

/** Another process may take the free port before the emulator binds it. Then it tries another port. */
async function spawnOnFreePort(args: string[]): Promise<Emulator> {
  const program = findEmulator();
  for (let attempt = 1; ; attempt++) {
    const host = hiddenAddress();
    const port = await findFreePort(host);
    const child = spawnPrivately(program, ['serve', '--host', host, '--port', String(port), ...args]);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const failure = await waitUntilListening(child);
    if (failure === undefined) return { child, endpoint: `http://${host}:${port}`, ended };
    if (attempt === START_ATTEMPTS || !failure.includes('already in use')) {
      throw new StartError(`the DynamoDB emulator does not start: ${failure}`);
    }
  }
}

/** Whatever the emulator creates, only its owner may read. */
function spawnPrivately(program: string, args: string[]): ChildProcess {
  const before = process.umask(0o077);
  try {
    return spawn(program, args, {
      // Its own process group: Ctrl-C in a terminal reaches only the service, which then stops everything in order.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {},
    });
  } finally {
    process.umask(before);
  }
}

function findEmulator(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), 'dynoxide');
  } catch {
    throw new StartError(`${name} is not installed; set DYNAMODB_ENDPOINT to a running DynamoDB`);
  }
}

async function findFreePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return address.port;
}

/** Resolves to undefined when the emulator prints that it listens, or to its error output when it ends. */
function waitUntilListening(child: ChildProcess): Promise<string | undefined> {
  const giveUp = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  let said = '';
  return new Promise<string | undefined>((resolve) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (said.length < 1_000) said += text;
      if (said.includes('listening on')) resolve(undefined);
    });
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(said.trim() || `ended with ${code ?? signal}`));
  }).finally(() => clearTimeout(giveUp));
}

/**
 * Starts a shell that only reads from a pipe of this process. When this process ends, even by SIGKILL, the system closes
 * the pipe, the read returns, and the shell kills the emulator.
 */
function guardAgainstOrphan(child: ChildProcess): ChildProcess {
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill -9 "$1"', 'sh', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  // Without a working shell there is no guard. Then openFolder kills the emulator that a dead service left running.
  guard.on('error', () => {});
  guard.stdin?.on('error', () => {});
  return guard;
}
