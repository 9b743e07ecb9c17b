/**
 * A reporter of vitest: writes `.build/reference.md`, which says how many tests pass here and on OpenBao.
 * `npm run test:reference -- --document` makes docs/reference.md of it.
 */

import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Reporter, TestModule, Vitest } from 'vitest/node';
import { documentOf, listedAndLeftOut, type Outcome } from './document.ts';

export const REFERENCE_DOCUMENT = join(import.meta.dirname, '..', '..', '.build', 'reference.md');

export default class ReferenceReporter implements Reporter {
  private isWhole = true;

  onInit(vitest: Vitest): void {
    this.isWhole = vitest.config.testNamePattern === undefined;
  }

  async onTestRunEnd(modules: readonly TestModule[]): Promise<void> {
    const projects = new Set(modules.map(({ project }) => project.name));
    if (!this.isWhole || !projects.has('contract') || !projects.has('reference')) return;
    const outcomes = modules.flatMap(outcomesOf);
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const differential = tests.map((test) => test.meta().differential).find((meta) => meta !== undefined);
    await mkdir(dirname(REFERENCE_DOCUMENT), { recursive: true });
    await writeFile(REFERENCE_DOCUMENT, documentOf(outcomes, differential));
    const leftOut = listedAndLeftOut(outcomes);
    if (leftOut.length === 0) return;
    console.error(`\nknownFailures.ts lists tests that are left out: ${leftOut.join('; ')}`);
    process.exitCode = 1;
  }
}

/** Of the tests that both servers are asked. */
function outcomesOf({ project, moduleId, children }: TestModule): Outcome[] {
  if (project.name !== 'contract' && project.name !== 'reference') return [];
  const asked = [...children.allTests()].filter((test) => !test.meta().differential);
  return asked.map((test) => ({
    server: project.name === 'contract' ? 'ours' : 'OpenBao',
    suite: basename(moduleId),
    title: test.fullName,
    state: test.result().state,
  }));
}
