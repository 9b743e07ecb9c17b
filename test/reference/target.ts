/** One OpenBao for all files of the project `reference`. */

import { access } from 'node:fs/promises';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { KNOWN_FAILURES } from './knownFailures.ts';
import { startOpenBao } from './openbao.ts';

const CONTRACT = join(import.meta.dirname, '..', 'contract');

/** Vitest calls this before the first file, and what it returns after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // A file that is gone fails nothing by itself.
  for (const file of new Set(KNOWN_FAILURES.map(([name]) => name))) await access(join(CONTRACT, file));
  const { address, rootToken, stop } = await startOpenBao();
  project.provide('target', { address, rootToken, isReference: true, isOwn: false });
  return stop;
}
