/** A real PostgreSQL for the tests: finds the programs, starts a server with its own data, takes it down and up again. */

import { execFile } from 'node:child_process';
import { access, chown, constants, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { findLastingPort } from '../../support/freePort.ts';
import { type Program, startProgram } from '../../support/program.ts';

export const HOW_TO_GET_POSTGRES =
  'no PostgreSQL was found: install it (Debian: apt-get install postgresql), put initdb, postgres and psql on the PATH, ' +
  'or name their folder in POSTGRES=/path/to/bin';

/** Debian has a folder for each version, and does not put the server on the PATH. */
const DEBIAN = '/usr/lib/postgresql';

/** The server refuses to run as root. Debian's package creates the first of these users. */
const USERS = ['postgres', 'nobody'];

const SUPERUSER = 'admin';

const run = promisify(execFile);

export interface Postgres {
  /** Where its databases are, for the configuration of a client: host, port and the options of a connection. */
  connectionUrl: string;
  user: string;
  /** Runs SQL. @returns the values of the rows, a line each */
  query(sql: string): Promise<string[]>;
  /** Ends the server and all connections. Its data stay. */
  takeDown(): Promise<void>;
  bringUp(): Promise<void>;
  stop(): Promise<void>;
}

/** @returns the folder of the programs, if there is one */
export async function findPostgres(): Promise<string | undefined> {
  const { POSTGRES, PATH = '' } = process.env;
  const versions = await readdir(DEBIAN).catch(() => []);
  const debian = versions.toSorted((a, b) => Number(b) - Number(a)).map((of) => join(DEBIAN, of, 'bin'));
  for (const folder of POSTGRES ? [POSTGRES] : [...debian, ...PATH.split(delimiter)])
    if (await hasServer(folder)) return folder;
  return undefined;
}

async function hasServer(folder: string): Promise<boolean> {
  const needed = ['initdb', 'postgres', 'psql'].map((name) => access(join(folder, name), constants.X_OK));
  return Promise.all(needed).then(
    () => true,
    () => false,
  );
}

/**
 * Starts a server that trusts each connection from this machine.
 * @throws Error if there is no PostgreSQL
 */
export async function startPostgres(): Promise<Postgres> {
  const programs = await findPostgres();
  if (!programs) throw new Error(HOW_TO_GET_POSTGRES);
  const identity = await unprivileged();
  const folder = await mkdtemp(join(tmpdir(), 'remount-postgres-'));
  if (identity) await chown(folder, identity.uid, identity.gid);
  const data = join(folder, 'data');
  const port = await findLastingPort();
  const query = async (sql: string) => {
    const to = ['-h', '127.0.0.1', '-p', String(port), '-U', SUPERUSER, '-d', 'postgres'];
    const { stdout } = await run(join(programs, 'psql'), ['-XAtq', ...to, '-c', sql], { cwd: folder });
    return stdout.split('\n').filter((line) => line !== '');
  };
  const isUp = () =>
    query('SELECT 1').then(
      () => true,
      () => false,
    );
  const initial = [
    `--pgdata=${data}`,
    `--username=${SUPERUSER}`,
    '--auth=trust',
    '--encoding=UTF8',
    '--no-locale',
  ];
  let server: Program | undefined;
  const postgres: Postgres = {
    connectionUrl: `postgresql://{{username}}:{{password}}@127.0.0.1:${port}/postgres?sslmode=disable`,
    user: SUPERUSER,
    query,
    async takeDown() {
      // SIGINT ends the sessions of clients too.
      await server?.end('SIGINT');
      server = undefined;
    },
    async bringUp() {
      const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'];
      const fast = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];
      const args = ['-D', data, '-p', String(port), ...[...settings, ...fast].flatMap((one) => ['-c', one])];
      server = await startProgram([join(programs, 'postgres'), ...args], isUp, { ...identity, cwd: folder });
    },
    async stop() {
      await postgres.takeDown();
      await rm(folder, { recursive: true, force: true });
    },
  };
  try {
    await run(join(programs, 'initdb'), [...initial, '--no-sync'], { ...identity, cwd: folder });
    await postgres.bringUp();
  } catch (error) {
    await postgres.stop();
    throw error;
  }
  return postgres;
}

/** @returns whom to run the server as: nobody else, unless the tests run as root */
async function unprivileged(): Promise<{ uid: number; gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const user of USERS) {
    const [uid, gid] = await Promise.all(['-u', '-g'].map((what) => idOf(what, user)));
    if (uid !== undefined && gid !== undefined) return { uid, gid };
  }
  throw new Error(`PostgreSQL does not run as root, and there is no user ${USERS.join(' or ')}`);
}

function idOf(what: string, user: string): Promise<number | undefined> {
  return run('id', [what, user]).then(
    ({ stdout }) => Number(stdout),
    () => undefined,
  );
}
