/** A server program that a test starts, waits for, and ends. */

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

const START_TIMEOUT_MS = 60_000;
const LOOK_MS = 50;

export interface Program {
  /** The id of its process. */
  pid: number | undefined;
  /** Sends the signal, and waits until the program has ended. One that takes longer than `patienceMs` is killed. */
  end(signal: NodeJS.Signals, patienceMs?: number): Promise<void>;
}

/** None of them outlives the tests. */
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * @param isReady is asked again and again until it says yes
 * @throws Error if the program ends before that, or is not ready within a minute
 */
export async function startProgram(
  [program, ...args]: [string, ...string[]],
  isReady: () => Promise<boolean>,
  options: SpawnOptions = {},
): Promise<Program> {
  const child = spawn(program, args, { stdio: 'ignore', ...options });
  running.add(child);
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${code ?? signal}`));
  });
  ended.then(() => running.delete(child));
  const complaint = await Promise.race([ended, readiness(isReady)]);
  if (complaint === undefined)
    return { pid: child.pid, end: (signal, patienceMs) => end(child, ended, signal, patienceMs) };
  child.kill('SIGKILL');
  throw new Error(`${program} does not start: ${complaint}`);
}

/** @returns a complaint if it does not become ready */
async function readiness(isReady: () => Promise<boolean>): Promise<string | undefined> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (await isReady()) return undefined;
    await delay(LOOK_MS);
  }
  return `it is not ready within ${START_TIMEOUT_MS / 1_000} seconds`;
}

async function end(
  child: ChildProcess,
  ended: Promise<string>,
  signal: NodeJS.Signals,
  patienceMs = 5_000,
): Promise<void> {
  child.kill(signal);
  const isLate = await Promise.race([ended.then(() => false), delay(patienceMs, true, { ref: false })]);
  if (isLate) child.kill('SIGKILL');
  await ended;
}
