/** Runs a program of this machine to its end. */

import { type SpawnOptions, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

const LONGEST_SAID = 300;

export interface Ended {
  /** `null` if it could not be started or was killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** It gets no input. */
export async function ended([command = '', ...args]: string[], options: SpawnOptions): Promise<Ended> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const code = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  const [stdout, stderr] = await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  return { code: await code, stdout, stderr };
}

/** What a person needs to know of a command that has failed. */
export function complaintOf(command: readonly string[], { stderr }: Ended): string {
  const said = stderr.replace(/\s+/g, ' ').trim().slice(0, LONGEST_SAID);
  return `\`${command.join(' ')}\` fails here${said ? `: ${said}` : ''}`;
}

async function textOf(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream ? text(stream) : '';
}
