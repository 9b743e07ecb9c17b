/** Performs a command of the `bao` command line for one of the servers. */

import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import type { Command } from './command.ts';

/** A server, and what the commands for it leave behind. */
export interface Side {
  address: string;
  rootToken: string;
  /** Where the command line stores a token. */
  home: string;
  kept: Map<string, string>;
}

export interface Output {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Far beyond any command: one that asks a person for something would never end. */
const TIMEOUT_MS = 25_000;

export async function perform(program: string, side: Side, command: Command): Promise<Output> {
  const { address, rootToken, home, kept } = side;
  const filled = (value: string) => value.replace(/\$([a-z]+)/g, (_, name) => kept.get(name) ?? 'unset');
  const own = Object.entries(command.environment).map(([name, value]) => [name, filled(value)]);
  const env = { HOME: home, BAO_ADDR: address, BAO_TOKEN: rootToken, ...Object.fromEntries(own) };
  const child = spawn(program, command.args.map(filled), { env, cwd: home, timeout: TIMEOUT_MS });
  child.stdin.on('error', () => {}); // A command that reads nothing may have ended already.
  child.stdin.end(command.input);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, stdout, stderr] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (command.keep && code === 0) kept.set(command.keep, stdout.trim());
  return { code, stdout, stderr };
}
