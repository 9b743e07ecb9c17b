/** `npm start` in a process of its own, as a user starts it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect } from 'vitest';

const START = join(import.meta.dirname, '..', '..', 'infra', 'local', 'start.ts');

export interface Running {
  child: ChildProcess;
  /** What it has printed, on both streams. */
  output(): string;
}

export interface Started extends Running {
  url: string;
}

const children: ChildProcess[] = [];

/** Kills those that still run. Call it after each test. */
export async function killAll(): Promise<void> {
  for (const child of children.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
  }
}

/** @param environment all variables but the path */
export function runStart(environment: Record<string, string>): Running {
  const child = spawn(process.execPath, [START], { env: { PATH: process.env.PATH, ...environment } });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  return { child, output: () => output };
}

/** Starts it on a free port, or on the one in the environment, and waits until it serves. */
export async function start(environment: Record<string, string>): Promise<Started> {
  const { child, output } = runStart({ PORT: '0', ...environment });
  await expect.poll(output, { timeout: 90_000 }).toContain('Ctrl-C stops it');
  const [, url = ''] = /export VAULT_ADDR='(.*?)'/.exec(output()) ?? [];
  return { child, url, output };
}

/** Ends it as Ctrl-C does. @returns its exit code */
export async function interrupt({ child }: Running): Promise<number> {
  child.kill('SIGINT');
  const [code] = (await once(child, 'exit')) as [number];
  return code;
}
