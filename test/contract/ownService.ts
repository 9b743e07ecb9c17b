/** A service in its own process, which a test can kill and start again on the same data. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Sent } from './http.ts';

const START = join(import.meta.dirname, '..', '..', 'infra', 'local', 'start.ts');

export interface OwnService {
  /** Its address and root token, as fields of `Sent`, once it is ready. */
  ready: Promise<Required<Pick<Sent, 'address' | 'token'>>>;
  /** Kills the process at once, even while it is starting. */
  kill(): Promise<void>;
}

/** @param dataDir the folder for its data, which may hold the data of an earlier service */
export function startOwnService(dataDir: string, token: string): OwnService {
  const environment = { PATH: process.env.PATH, PORT: '0', DATA_DIR: dataDir, ROOT_TOKEN: token };
  const child = spawn(process.execPath, [START], {
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return {
    ready: addressOf(child).then((address) => ({ address, token })),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** The service prints its address when it is ready. */
async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout) {
    for await (const line of createInterface({ input: stdout })) {
      const [, address] = /export VAULT_ADDR='(.*?)'/.exec(line) ?? [];
      if (address) return address;
    }
  }
  throw new Error('the service ended before it was ready');
}
