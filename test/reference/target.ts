/** One OpenBao for all files of the project `reference`. */

import type { TestProject } from 'vitest/node';
import { startOpenBao } from '../support/openbao.ts';

/** Vitest calls this before the first file, and what it returns after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { address, rootToken, stop } = await startOpenBao();
  project.provide('target', { address, rootToken, isReference: true, isOwn: false });
  return stop;
}
