/** The local service in its own process, which the test kills. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const START = join(import.meta.dirname, '..', '..', 'infra', 'local', 'start.ts');
const START_TIMEOUT_MS = 60_000;

export interface Running {
  /** Sends a request. @returns `undefined` if the service is killed before it answers */
  call(method: string, path: string, body?: object, token?: string): Promise<Answer | undefined>;
  /** Kills the process as `kill -9` does, without any cleanup. */
  kill(): Promise<void>;
}

interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: the body of an answer is whatever was sent
  body: any;
}

/**
 * Starts the service on a data folder, with `root` as its root token and a reconciler that runs every second.
 * @param settings further variables
 */
export async function startOn(dataDir: string, settings: Record<string, string> = {}): Promise<Running> {
  const env = {
    PATH: process.env.PATH,
    PORT: '0',
    DATA_DIR: dataDir,
    ROOT_TOKEN: 'root',
    RECONCILE_SECONDS: '1',
    ...settings,
  };
  const child = spawn(process.execPath, [START], { env });
  const url = await addressOf(child);
  return {
    async call(method, path, body, token = 'root') {
      try {
        const answer = await fetch(`${url}/v1/${path}`, {
          method,
          headers: { 'X-Vault-Token': token },
          ...(body && { body: JSON.stringify(body) }),
        });
        const text = await answer.text();
        return { status: answer.status, body: text ? JSON.parse(text) : undefined };
      } catch {
        return undefined;
      }
    },
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** The address that the service prints. All other output is read and dropped: a full pipe would block the service. */
async function addressOf(child: ChildProcess): Promise<string> {
  let output = '';
  const deadline = setTimeout(() => child.kill('SIGKILL'), START_TIMEOUT_MS);
  const address = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`the service does not start: ${output}`)));
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        if (output.length < 10_000) output += text;
        const [, found] = /export VAULT_ADDR='(.*?)'/.exec(output) ?? [];
        if (found && output.includes('Ctrl-C stops it')) resolve(found);
      });
    }
  });
  clearTimeout(deadline);
  return address;
}
