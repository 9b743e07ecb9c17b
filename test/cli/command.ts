/** Runs the command as a user does: the bundle that `bin` names, in its own process. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'vitest';
import { COMMAND } from '../../infra/buildCommand.ts';

export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  stdout(): string;
  stderr(): string;
  ended: Promise<Ended>;
}

/** Of a migration or a bulk run. */
export const ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/;

/** The command gets nothing from the environment of the tests, and not the token of the user who runs them. */
const ENVIRONMENT = { PATH: process.env.PATH, HOME: '/nowhere' };

/** @param environment added to what every process needs; undefined removes a variable */
export function start(words: string[], environment: Record<string, string | undefined> = {}): Running {
  const child = spawn(process.execPath, [COMMAND, ...words], { env: { ...ENVIRONMENT, ...environment } });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
    });
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, ...texts }));
  return { child, stdout: () => texts.stdout, stderr: () => texts.stderr, ended };
}

export function run(words: string[], environment?: Record<string, string | undefined>): Promise<Ended> {
  return start(words, environment).ended;
}

/** Waits until a running command has printed a text on stderr. */
export async function said({ stderr }: Running, text: string | RegExp): Promise<void> {
  await expect.poll(stderr, { timeout: 20_000, interval: 5 }).toMatch(text);
}
