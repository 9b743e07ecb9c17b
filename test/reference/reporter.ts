/**
 * A reporter of vitest: writes `.build/reference.md`, which says how many tests pass here, in front of
 * OpenBao, and on OpenBao.
 * `npm run test:reference -- --document` makes docs/reference.md of it.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { documentOf, listedInVain, type Outcome, withoutLeftOut } from './document.ts';

export const REFERENCE_DOCUMENT = join(import.meta.dirname, '..', '..', '.build', 'reference.md');

export default class ReferenceReporter implements Reporter {
  private isWhole = true;

  onInit(vitest: Vitest): void {
    this.isWhole = vitest.config.testNamePattern === undefined;
  }

  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    if (!this.isWhole || !modules.some(({ project }) => project.name === 'reference')) return;
    const outcomes = withoutLeftOut(modules.flatMap(outcomesOf));
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const metas = tests.map((test) => test.meta());
    const differential = metas.map((meta) => meta.differential).find((meta) => meta !== undefined);
    const commands = metas.flatMap(({ command }) => command ?? []);
    await mkdir(dirname(REFERENCE_DOCUMENT), { recursive: true });
    await writeFile(REFERENCE_DOCUMENT, documentOf({ outcomes, differential, commands }));
    const vain = listedInVain(outcomes);
    if (vain.length === 0) return;
    console.error(`\nknownFailures.ts lists what is no test of OpenBao:\n${vain.join('\n')}`);
    process.exitCode = 1;
  }
}

/** What the tests of a project are run on. */
const SERVERS: Record<string, Outcome['server']> = {
  contract: 'ours',
  reference: 'OpenBao',
  front: 'in front',
};

/** Of the tests that all servers are asked, each by itself. */
function outcomesOf({ project, moduleId, children }: TestModule): Outcome[] {
  const server = SERVERS[project.name];
  const folder = basename(dirname(moduleId));
  if (server === undefined || (folder !== 'contract' && folder !== 'clients')) return [];
  return [...children.allTests()].map((test) => ({
    server,
    folder,
    suite: basename(moduleId),
    title: test.fullName,
    state: test.result().state,
  }));
}
