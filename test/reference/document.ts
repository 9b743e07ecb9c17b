/** Makes docs/reference.md of the outcomes of a run: how many tests pass on which server, and why not all. Pure. */

import { OPENBAO_VERSION } from '../support/openbao.ts';
import { KNOWN_FAILURES, type Server, TO_MEND } from './knownFailures.ts';
import type { CommandMeta, DifferentialMeta } from './meta.ts';

export interface Outcome {
  server: Server | 'ours';
  /** Of what: the contract itself, or a client of another project. */
  folder: 'contract' | 'clients';
  /** The name of its file. */
  suite: string;
  /** With the titles of the suites that it is in. */
  title: string;
  /** A listed test that fails, as it has to, counts as passed for vitest. */
  state: 'passed' | 'failed' | 'skipped' | 'pending';
}

interface Counts {
  tests: number;
  ours: number;
  inFront: number;
  toldInFront: number;
  openbao: number;
  told: number;
  toMend: number;
  leftOut: number;
}

const NONE: Counts = {
  tests: 0,
  ours: 0,
  inFront: 0,
  toldInFront: 0,
  openbao: 0,
  told: 0,
  toMend: 0,
  leftOut: 0,
};

/** @returns them without the suites that this machine cannot run on any server: clients that it does not have */
export function withoutLeftOut(outcomes: readonly Outcome[]): Outcome[] {
  const ours = outcomes.filter(({ server }) => server === 'ours');
  const run = new Set(ours.filter(({ state }) => state !== 'skipped').map(({ suite }) => suite));
  const leftOut = new Set(ours.map(({ suite }) => suite).filter((suite) => !run.has(suite)));
  return outcomes.filter(({ suite }) => !leftOut.has(suite));
}

/** @returns the lines of the lists, of the suites that were run there, whose test is not there or left out */
export function listedInVain(outcomes: readonly Outcome[]): string[] {
  return (['OpenBao', 'in front'] as const).flatMap((server) => {
    const there = outcomes.filter((outcome) => outcome.server === server);
    const suites = new Set(there.map(({ suite }) => suite));
    const asked = there.filter(({ state }) => state !== 'skipped');
    const tests = new Set(asked.map(({ suite, title }) => `${suite} | ${title}`));
    const lines = KNOWN_FAILURES[server].filter(([suite]) => suites.has(suite));
    return lines.map(([suite, title]) => `${suite} | ${title}`).filter((line) => !tests.has(line));
  });
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
    'Each test is run on this service and on a real OpenBao. The tests of moves are run a third time: on this service in front',
    'of an OpenBao, whose mounts it moves. A test that fails there or on OpenBao is listed with its reason in',
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
  const inFront = new Set(outcomes.filter(({ server }) => server === 'in front').map(({ suite }) => suite));
  return [
    `| suite | tests | pass here | pass in front of OpenBao | told difference there | pass on OpenBao ${OPENBAO_VERSION} | told difference there | to mend | left out on OpenBao |`,
    '| --- | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...suites.map((suite, i) => rowOf(suite, counts[i] ?? NONE, inFront.has(suite))),
    rowOf('**all**', counts.reduce(sum, NONE), inFront.size > 0),
    '',
  ];
}

function countsOf(outcomes: readonly Outcome[]): Counts {
  const counts = { ...NONE };
  for (const { server, suite, title, state } of outcomes) {
    if (server === 'ours') counts.tests++;
    if (server === 'OpenBao' && state === 'skipped') counts.leftOut++;
    if (state === 'passed') counts[columnOf(server, suite, title)]++;
  }
  return counts;
}

function columnOf(server: Outcome['server'], suite: string, title: string): keyof Counts {
  if (server === 'ours') return 'ours';
  const reason = KNOWN_FAILURES[server].find(([file, name]) => file === suite && name === title)?.[2];
  if (reason === TO_MEND) return 'toMend';
  if (server === 'in front') return reason === undefined ? 'inFront' : 'toldInFront';
  return reason === undefined ? 'openbao' : 'told';
}

function sum(one: Counts, other: Counts): Counts {
  const total = { ...one };
  for (const name of Object.keys(NONE) as (keyof Counts)[]) total[name] += other[name];
  return total;
}

function rowOf(suite: string, counts: Counts, isInFront: boolean): string {
  const { tests, ours, inFront, toldInFront, openbao, told, toMend, leftOut } = counts;
  const there = isInFront ? [inFront, toldInFront] : ['', ''];
  return `| ${[suite.replace('.test.ts', ''), tests, ours, ...there, openbao, told, toMend, leftOut].join(' | ')} |`;
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
