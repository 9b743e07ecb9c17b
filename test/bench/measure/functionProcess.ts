/** Runs the files of `process/`, in which a function answers as on Lambda: without the rest of the service. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { build } from 'esbuild';
import { BUNDLES, buildFunctions } from '../../../infra/build.ts';
import type { Lab } from '../../../infra/demo/measure/lab.ts';

/** A bundle, and the event that it answers. */
export interface Asked {
  bundle: string;
  event: object;
}

const BENCH = join(import.meta.dirname, '..');
const BUILT = join(BUNDLES, '..', 'bench');

export function askedOf(functionName: string, event: object): Asked {
  return { bundle: join(BUNDLES, functionName, 'index.mjs'), event };
}

/** @param name of a file of `bare/` */
export async function askedOfBare(name: string, event: object): Promise<Asked> {
  await buildFunctions({ source: join(BENCH, 'bare'), target: BUILT });
  return { bundle: join(BUILT, name, 'index.mjs'), event };
}

/**
 * Runs a file of `process/` in the environment of a function. It is compiled before: to read TypeScript, Node takes memory
 * that a function does not.
 * @returns the message that it sends
 */
export async function runProcess<T>(
  { environment }: Pick<Lab, 'environment'>,
  file: 'fresh' | 'warm',
  args: string[],
  ...answering: Asked[]
): Promise<T> {
  const program = join(BUILT, 'process', `${file}.mjs`);
  await build({
    entryPoints: [join(BENCH, 'process', `${file}.ts`)],
    outfile: program,
    bundle: true,
    format: 'esm',
    platform: 'node',
  });
  const none = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' };
  const asked = answering.flatMap(({ bundle, event }) => [bundle, JSON.stringify(event)]);
  const child = fork(program, [...args, ...asked], {
    env: { ...environment, ...none, AWS_LAMBDA_FUNCTION_NAME: 'measured' },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit');
  const sent = await Promise.race([once(child, 'message'), ended.then(() => undefined)]);
  await ended;
  if (!sent) throw new Error(`${file} ended without an answer`);
  return sent[0] as T;
}
