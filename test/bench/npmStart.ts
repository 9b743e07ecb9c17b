/** The process of `npm start`, with its data in memory. */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Client, clientOf } from '../cluster/support/client.ts';
import { findFreePort } from '../support/freePort.ts';
import { startProgram } from '../support/program.ts';

/** The root token. */
export const TOKEN = 'root';

export interface Started {
  /** Asks with the root token. */
  root: Client;
  pid: number;
  stop(): Promise<void>;
}

const START = join(import.meta.dirname, '..', '..', 'infra', 'local', 'start.ts');

export interface StartOptions {
  /** Options of Node. */
  nodeArgs?: string[];
  /** An emulator that runs already, instead of one of its own. */
  dynamodbEndpoint?: string;
}

/** Returns when the service has answered the first request. */
export async function npmStart({
  nodeArgs = [],
  dynamodbEndpoint = '',
}: StartOptions = {}): Promise<Started> {
  const port = String(await findFreePort());
  const root = clientOf(`http://127.0.0.1:${port}`, TOKEN);
  const { PATH, HOME, TMPDIR = '/tmp' } = process.env;
  const own = { PORT: port, AWS_PORT: '0', ROOT_TOKEN: TOKEN, DYNAMODB_ENDPOINT: dynamodbEndpoint };
  const env = { PATH, HOME, TMPDIR, ...own };
  const program = await startProgram([process.execPath, ...nodeArgs, START], () => answers(root), { env });
  return { root, pid: program.pid as number, stop: () => program.end('SIGTERM') };
}

/** Whether the server answers, and lets this client read. */
export async function answers(root: Client): Promise<boolean> {
  return (await root.request('GET', 'sys/mounts')).status === 200;
}

/** The DynamoDB emulator of the service. @throws Error if there is none */
export async function emulatorOf(pid: number): Promise<number> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  for (const child of children.trim().split(' ').map(Number))
    if ((await readFile(`/proc/${child}/comm`, 'utf8')).startsWith('dynoxide')) return child;
  throw new Error(`process ${pid} has no emulator`);
}

/** Milliseconds in a tick of the system's clock. */
const TICK_MS = 10;

/** Processor time that a process has used so far, in milliseconds, of all its threads. */
export async function processorMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return TICK_MS * (Number(fields[11]) + Number(fields[12]));
}

/** Processor time that each thread of a process has used so far, in milliseconds by its name. The first one is `main`. */
export async function threadsMs(pid: number): Promise<Record<string, number>> {
  const times: Record<string, number> = {};
  for (const thread of await readdir(`/proc/${pid}/task`)) {
    const of = `/proc/${pid}/task/${thread}`;
    const name = thread === String(pid) ? 'main' : (await readFile(`${of}/comm`, 'utf8')).trim();
    const [nanoseconds] = (await readFile(`${of}/schedstat`, 'utf8')).split(' ');
    times[name] = (times[name] ?? 0) + Number(nanoseconds) / 1e6;
  }
  return times;
}
