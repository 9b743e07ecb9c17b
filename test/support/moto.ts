/** AWS's own services as moto imitates them: finds it, starts a server, and stops it. With it comes AWS's command line. */

import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { findFreePort } from './freePort.ts';
import { startProgram } from './program.ts';

/** Where `.ci/run` puts it. */
const FOLDER = join(import.meta.dirname, '..', '..', '.build', 'moto', 'bin');

/** AWS's command line. */
export const AWS = join(FOLDER, 'aws');

export const HOW_TO_GET_MOTO = 'no moto was found: install it as CONTRIBUTING.md says';

export interface Moto {
  endpoint: string;
  /** Forgets everything. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

export async function hasMoto(): Promise<boolean> {
  const needed = [join(FOLDER, 'moto_server'), AWS].map((program) => access(program, constants.X_OK));
  return Promise.all(needed).then(
    () => true,
    () => false,
  );
}

export async function startMoto(): Promise<Moto> {
  const port = await findFreePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const reset = () => fetch(`${endpoint}/moto-api/reset`, { method: 'POST' });
  const server = await startProgram([join(FOLDER, 'moto_server'), '-H', '127.0.0.1', '-p', `${port}`], () =>
    reset().then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  return {
    endpoint,
    async reset() {
      await reset();
    },
    stop: () => server.end('SIGTERM'),
  };
}
