/** A service of a test's own, in a process of its own, that can be killed and started again on the same data. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Sent } from './http.ts';

const START = join(import.meta.dirname, '..', '..', 'infra', 'local', 'start.ts');

export interface OwnService {
  /** How to reach it once it is ready, as part of what is sent. */
  ready: Promise<Required<Pick<Sent, 'address' | 'token'>>>;
  /** At once, whatever it is doing, be it starting. */
  kill(): Promise<void>;
}

/** @param dataDir where it keeps its data, whoever kept them there before */
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

/** It tells its address when it is ready. */
async function addressOf({ stdout }: ChildProcess): Promise<string> {
  if (stdout) {
    for await (const line of createInterface({ input: stdout })) {
      const [, address] = /export VAULT_ADDR='(.*?)'/.exec(line) ?? [];
      if (address) return address;
    }
  }
  throw new Error('the service ended before it was ready');
}
