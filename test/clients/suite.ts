/** Suites of tests in other languages, each with a client that is written in it. */

import { complaintOf, ended } from './ended.ts';

export interface Suite {
  title: string;
  /** A command that succeeds if the language is installed. */
  toolchain: string[];
  folder: string;
  /** Fetch the client. */
  fetches: string[][];
  /** Runs the tests. Address and token are in the variables that these clients read. */
  run: string[];
  /** @param output what `run` has written to standard output */
  outcomesOf(output: string): Outcome[];
}

export interface Outcome {
  title: string;
  passed: boolean;
  /** What it has written. */
  log: string;
}

/** Fetches the client. @returns why the suite cannot be run on this machine, if so */
export async function complaintAbout({ toolchain, folder, fetches }: Suite): Promise<string | undefined> {
  for (const command of [toolchain, ...fetches]) {
    const result = await ended(command, { cwd: folder });
    if (result.code !== 0) return complaintOf(command, result);
  }
  return undefined;
}
