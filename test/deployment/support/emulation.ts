/** What a deployment is emulated with: finds the programs. `.ci/run` installs them. */

import { access } from 'node:fs/promises';
import { join } from 'node:path';

const BUILD = join(import.meta.dirname, '..', '..', '..', '.build');
const VENV = join(BUILD, 'moto');
const RUNTIME = join(BUILD, 'runtime');

export const HOW_TO_GET_EMULATION =
  "moto, cfn-lint or AWS's runtime client was not found: install them as CONTRIBUTING.md says";

/** The Python that has moto. */
export const PYTHON = join(VENV, 'bin', 'python');

export const CFN_LINT = join(VENV, 'bin', 'cfn-lint');

/** AWS's runtime client for Node. */
export const RUNTIME_CLIENT = join(RUNTIME, 'node_modules', 'aws-lambda-ric', 'index.mjs');

/** The part of the client that is compiled where it is installed. */
const COMPILED = join(RUNTIME_CLIENT, '..', 'rapid-client.node');

/** What the tests have counted. `npm run test:deep` prints it. */
export const FIGURES = join(BUILD, 'deployment.txt');

/** @throws Error if a program is missing */
export async function requireEmulation(): Promise<void> {
  if (!(await hasEmulation())) throw new Error(HOW_TO_GET_EMULATION);
}

export async function hasEmulation(): Promise<boolean> {
  const needed = [PYTHON, CFN_LINT, RUNTIME_CLIENT, COMPILED].map((file) => access(file));
  return Promise.all(needed).then(
    () => true,
    () => false,
  );
}
