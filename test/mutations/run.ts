/**
 * Drops each condition of each write in turn, and expects a test to fail. Prints the conditions that no test needs.
 *
 * Arguments choose conditions by a part of their place, such as `tree/` or `planTree.ts:77`. `FROM=<n>` begins with
 * the nth condition. `--checks` runs only the model, the faults and the lag, each alone, and only drops conditions
 * that moves depend on.
 */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { EQUIVALENT } from './equivalent.ts';
import { type Site, sitesIn } from './sites.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const REPORT = join(ROOT, '.build', 'mutation-report.json');
const VITEST = join(ROOT, 'node_modules', '.bin', 'vitest');

/** The tests to run, one set after the other, when the tests of the same area do not fail. */
const WIDER = [
  ['test/remount', 'test/teardown', 'test/tree', 'test/credentials'],
  ['test/faults', 'test/lag'],
];

/** Folders that take no part in moves: if their own tests do not fail, no other test does. */
const OUTSIDE_MOVES = /^functions\/(engines|policies|wrapping|cubbyhole|schedules|events|ui)\//;

/** The tests that look for broken rules by themselves, without examples. */
const CHECKS = ['test/properties', 'test/faults', 'test/lag'];

const OF_MOVES = /^functions\/(tree|remount|bulk)\//;

/** The same random plays for each condition, and only a few of them. */
const PLAYS = { FAULT_SEED: '1', LAG_SEED: '1', FC_SEED: '1', FAULT_PLAYS: '5' };

/** How often to look for a failure that repeats. */
const TRIES = 2;

interface Mutant extends Site {
  file: string;
  number: number;
}

const { values, positionals: wanted } = parseArgs({
  options: { checks: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const already = await failingTest(undefined, values.checks ? CHECKS : (WIDER[0] as string[]));
if (already) throw new Error(`nothing is dropped yet, and this fails: ${already}`);
const found = await allMutants();
const mutants = found.filter((mutant) => !isEquivalent(mutant)).slice(Number(process.env.FROM || 0));
const survivors: string[] = [];
for (const [i, mutant] of mutants.entries()) {
  const name = `${mutant.file}:${mutant.line} without ${mutant.dropped}`;
  const killer = await (values.checks ? checksOf(mutant) : killerOf(mutant));
  console.log(`${i + 1}/${mutants.length} ${name}: ${killer ?? 'SURVIVES'}`);
  if (killer === undefined) survivors.push(name);
}
const equivalent = found.filter(isEquivalent).length;
console.log(
  `\n${mutants.length - survivors.length} noticed, ${equivalent} equivalent, ${survivors.length} not noticed`,
);
for (const survivor of survivors) console.log(`  ${survivor}`);
process.exitCode = survivors.length === 0 ? 0 : 1;

async function allMutants(): Promise<Mutant[]> {
  const files = (await readdir(join(ROOT, 'functions'), { recursive: true }))
    .map((file) => join('functions', file))
    .filter((file) => file.endsWith('.ts') && (!values.checks || OF_MOVES.test(file)))
    .sort();
  const found = files.map(async (file) => {
    const sites = sitesIn(await readFile(join(ROOT, file), 'utf8'));
    return sites.map((site, number): Mutant => ({ ...site, file, number }));
  });
  return (await Promise.all(found)).flat().filter(isWanted);
}

function isWanted({ file, line }: Mutant): boolean {
  return wanted.length === 0 || wanted.some((part) => `${file}:${line}`.includes(part));
}

function isEquivalent({ file, dropped }: Mutant): boolean {
  return EQUIVALENT.some((known) => known.file === file && known.dropped === dropped);
}

/** @returns the test that fails without the condition, if one does */
async function killerOf(mutant: Mutant): Promise<string | undefined> {
  const mutation = `${mutant.file}#${mutant.number}`;
  const area = areaOf(mutant.file);
  const likely = (await Promise.all(area.map(lateWritesIn))).flat();
  const wider = OUTSIDE_MOVES.test(mutant.file) ? [] : WIDER;
  for (const tests of [likely, area, ...wider]) {
    const killer = tests.length > 0 ? await failingTest(mutation, tests) : undefined;
    if (killer) return killer;
  }
  return undefined;
}

/** @returns the checks that fail without the condition, each with its test */
async function checksOf({ file, number }: Mutant): Promise<string | undefined> {
  const noticed: string[] = [];
  for (const check of CHECKS) {
    const test = await failingTest(`${file}#${number}`, [check]);
    if (test) noticed.push(`${check} (${test})`);
  }
  return noticed.length > 0 ? noticed.join(', ') : undefined;
}

/** The tests of the innermost folder that has tests, such as `test/engines/kv` for `functions/engines/kv/v2`. */
function areaOf(file: string): string[] {
  for (let folder = dirname(file); folder !== '.'; folder = dirname(folder)) {
    const tests = folder.replace(/^functions/, 'test');
    if (tests !== 'test' && existsSync(join(ROOT, tests))) return [tests];
  }
  return [];
}

/** The tests of a folder that let another write happen between a read and its write: most conditions fail these. */
async function lateWritesIn(folder: string): Promise<string[]> {
  const files = await readdir(join(ROOT, folder), { recursive: true });
  return files.filter((file) => file.endsWith('lateWrites.test.ts')).map((file) => join(folder, file));
}

/** A failure counts only if it repeats: otherwise a busy machine or chance may be the cause. */
async function failingTest(mutation: string | undefined, tests: string[]): Promise<string | undefined> {
  for (let tries = 0; tries < TRIES; tries++) {
    const failure = await failing(mutation, tests);
    if (!failure) return undefined;
    const again = await failing(mutation, [failure.file]);
    if (again) return again.test;
  }
  return undefined;
}

/** A test that only times out proves nothing. */
async function failing(mutation: string | undefined, tests: string[]): Promise<Failure | undefined> {
  await mkdir(dirname(REPORT), { recursive: true });
  await rm(REPORT, { force: true });
  const args = [
    VITEST,
    'run',
    '--project',
    'parts',
    '--bail',
    '1',
    '--reporter=json',
    `--outputFile=${REPORT}`,
    ...tests,
  ];
  const env = { ...process.env, ...PLAYS, ...(mutation && { MUTATION: mutation }) };
  const child = spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'ignore' });
  await new Promise((resolve) => child.once('exit', resolve));
  const text = await readFile(REPORT, 'utf8').catch(() => {
    throw new Error(`no report of ${tests.join(' ')} with ${mutation ?? 'nothing'} dropped`);
  });
  const { testResults } = JSON.parse(text) as Report;
  for (const { name, assertionResults } of testResults) {
    const failed = assertionResults.find(
      ({ status, failureMessages }) => status === 'failed' && !/timed out/.test(failureMessages.join()),
    );
    if (failed) return { file: name, test: failed.fullName };
  }
  return undefined;
}

interface Failure {
  file: string;
  test: string;
}

interface Report {
  testResults: {
    name: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}
