/** Makes docs/reference.md of the outcomes of a run: how many tests pass here and on OpenBao, and why not all. Pure. */

import { OPENBAO_VERSION } from '../support/openbao.ts';
import { KNOWN_FAILURES, TO_MEND } from './knownFailures.ts';
import type { DifferentialMeta } from './meta.ts';

export interface Outcome {
  server: 'ours' | 'OpenBao';
  /** The name of its file. */
  suite: string;
  /** With the titles of the suites that it is in. */
  title: string;
  /** A listed test that fails on OpenBao, as it has to, counts as passed for vitest. */
  state: 'passed' | 'failed' | 'skipped' | 'pending';
}

interface Counts {
  tests: number;
  ours: number;
  openbao: number;
  told: number;
  toMend: number;
  leftOut: number;
}

const NONE: Counts = { tests: 0, ours: 0, openbao: 0, told: 0, toMend: 0, leftOut: 0 };

/** @returns the lines of the list, of the suites that were run, whose test is not there or left out on OpenBao */
export function listedInVain(outcomes: readonly Outcome[]): string[] {
  const asked = outcomes.filter(({ server, state }) => server === 'OpenBao' && state !== 'skipped');
  const suites = new Set(outcomes.map(({ suite }) => suite));
  const tests = new Set(asked.map(({ suite, title }) => `${suite} | ${title}`));
  const lines = KNOWN_FAILURES.filter(([suite]) => suites.has(suite)).map(
    ([suite, title]) => `${suite} | ${title}`,
  );
  return lines.filter((line) => !tests.has(line));
}

export function documentOf(outcomes: readonly Outcome[], differential?: DifferentialMeta): string {
  const suites = [...new Set(outcomes.map(({ suite }) => suite))].toSorted();
  const counts = suites.map((suite) => countsOf(outcomes.filter((outcome) => outcome.suite === suite)));
  const rows = suites.map((suite, i) => rowOf(suite, counts[i] ?? NONE));
  return [
    `# Beside OpenBao ${OPENBAO_VERSION}`,
    '',
    'For people who want to know how far this service behaves as the reference does. After reading this page you know how',
    'many tests of the contract pass on both servers, and why the others do not. `npm run test:reference -- --document` makes',
    'this page; `npm run test:deep` makes the same as `.build/reference.md`. [Contributing](../CONTRIBUTING.md) says how it works.',
    '',
    '## The contract',
    '',
    'Each test is run on this service and on a real OpenBao. A test that fails on OpenBao is listed with its reason in',
    '`test/reference/knownFailures.ts`: a difference that [differences](differences.md) tells, or one that is to be mended.',
    'Left out on OpenBao are the tests of what only this service has.',
    '',
    `| suite | tests | pass here | pass on OpenBao ${OPENBAO_VERSION} | told difference | to mend | left out on OpenBao |`,
    '| --- | --: | --: | --: | --: | --: | --: |',
    ...rows,
    rowOf('**all**', counts.reduce(sum, NONE)),
    '',
    ...(differential ? differentialPart(differential) : []),
  ].join('\n');
}

function countsOf(outcomes: readonly Outcome[]): Counts {
  const counts = { ...NONE };
  for (const outcome of outcomes) {
    const { server, state } = outcome;
    if (server === 'ours') {
      counts.tests++;
      if (state === 'passed') counts.ours++;
    } else if (state === 'skipped') counts.leftOut++;
    else if (state === 'passed') counts[columnOf(reasonOf(outcome))]++;
  }
  return counts;
}

function columnOf(reason: string | undefined): 'openbao' | 'told' | 'toMend' {
  if (reason === undefined) return 'openbao';
  return reason === TO_MEND ? 'toMend' : 'told';
}

function reasonOf({ suite, title }: Outcome): string | undefined {
  return KNOWN_FAILURES.find(([file, name]) => file === suite && name === title)?.[2];
}

function sum(one: Counts, other: Counts): Counts {
  const total = { ...one };
  for (const name of Object.keys(NONE) as (keyof Counts)[]) total[name] += other[name];
  return total;
}

function rowOf(suite: string, { tests, ours, openbao, told, toMend, leftOut }: Counts): string {
  return `| ${[suite.replace('.test.ts', ''), tests, ours, openbao, told, toMend, leftOut].join(' | ')} |`;
}

function differentialPart({ sequences, steps, sameSteps, explained }: DifferentialMeta): string[] {
  const reasons = Object.entries(explained).toSorted(([one], [other]) => one.localeCompare(other));
  const causes = reasons.reduce((total, [, count]) => total + count, 0);
  return [
    '## Random sequences',
    '',
    `${sequences} sequences of requests that a seed chooses were sent to both servers: ${steps} requests each, of which`,
    `${sameSteps} were answered alike. The other answers have ${causes} causes, and none without a reason.`,
    '',
    '| reason | causes |',
    '| --- | --: |',
    ...reasons.map(([reason, count]) => `| ${reason} | ${count} |`),
    '',
  ];
}
