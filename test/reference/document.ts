/** Makes docs/reference.md of the outcomes of a run: how many tests pass here and on OpenBao, and why not all. Pure. */

import { KNOWN_FAILURES, TO_MEND } from './knownFailures.ts';
import type { CommandMeta, DifferentialMeta } from './meta.ts';
import { OPENBAO_VERSION } from './openbao.ts';

export interface Outcome {
  server: 'ours' | 'OpenBao';
  /** Of what: the contract itself, or a client of another project. */
  folder: 'contract' | 'clients';
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

/** @returns them without the suites that this machine cannot run on any server: clients that it does not have */
export function withoutLeftOut(outcomes: readonly Outcome[]): Outcome[] {
  const ours = outcomes.filter(({ server }) => server === 'ours');
  const run = new Set(ours.filter(({ state }) => state !== 'skipped').map(({ suite }) => suite));
  const leftOut = new Set(ours.map(({ suite }) => suite).filter((suite) => !run.has(suite)));
  return outcomes.filter(({ suite }) => !leftOut.has(suite));
}

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

/** What a run has found out. */
export interface Findings {
  outcomes: readonly Outcome[];
  differential?: DifferentialMeta | undefined;
  commands: readonly CommandMeta[];
}

export function documentOf({ outcomes, differential, commands }: Findings): string {
  const inFolder = (name: Outcome['folder']) => outcomes.filter(({ folder }) => folder === name);
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
    ...outcomeTable(inFolder('contract')),
    '## Clients',
    '',
    'The same with the clients of other projects: for Go those of OpenBao and of HashiCorp, for Python `hvac`, for Node',
    '`node-vault`, and Terraform with the provider of HashiCorp.',
    '',
    ...outcomeTable(inFolder('clients')),
    ...(commands.length > 0 ? commandPart(commands) : []),
    ...(differential ? differentialPart(differential) : []),
  ].join('\n');
}

function outcomeTable(outcomes: readonly Outcome[]): string[] {
  const suites = [...new Set(outcomes.map(({ suite }) => suite))].toSorted();
  const counts = suites.map((suite) => countsOf(outcomes.filter((outcome) => outcome.suite === suite)));
  return [
    `| suite | tests | pass here | pass on OpenBao ${OPENBAO_VERSION} | told difference | to mend | left out on OpenBao |`,
    '| --- | --: | --: | --: | --: | --: | --: |',
    ...suites.map((suite, i) => rowOf(suite, counts[i] ?? NONE)),
    rowOf('**all**', counts.reduce(sum, NONE)),
    '',
  ];
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

function commandPart(commands: readonly CommandMeta[]): string[] {
  const groups = [...new Set(commands.map(({ group }) => group))];
  const rowOfGroup = (name: string, some: readonly CommandMeta[]) => {
    const differing = some.filter(({ reasons }) => reasons.length > 0);
    const toMend = differing.filter(({ reasons }) => reasons.includes(TO_MEND)).length;
    return `| ${[name, some.length, some.length - differing.length, differing.length - toMend, toMend].join(' | ')} |`;
  };
  return [
    '## The command line',
    '',
    'The same commands of `bao` were given for both servers, in the same order. Compared are the exit code and both outputs,',
    'without ids, times and addresses.',
    '',
    '| group | commands | alike | told difference | to mend |',
    '| --- | --: | --: | --: | --: |',
    ...groups.map((name) =>
      rowOfGroup(
        name,
        commands.filter(({ group }) => group === name),
      ),
    ),
    rowOfGroup('**all**', commands),
    '',
  ];
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
