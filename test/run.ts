/**
 * The test commands. The last line of each says how many tests passed. `npm test` runs lint, types, dead code, and all
 * fast tests. `npm run test:deep`, with the argument `deep`, runs the slow tests, the whole contract suite again, the clients
 * of other projects, both on a real OpenBao, the tests on a real cluster, and those of the packaged stack.
 */

import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { clientsLeftOut } from './clients/leftOut.ts';
import { findPostgres, HOW_TO_GET_POSTGRES } from './cluster/support/postgres.ts';
import { FIGURES, HOW_TO_GET_EMULATION, hasEmulation } from './deployment/support/emulation.ts';
import { RECORDS } from './rights/recorder.ts';
import { HOW_TO_GET_MOTO, hasMoto } from './support/moto.ts';
import { findOpenBao, HOW_TO_GET_OPENBAO } from './support/openbao.ts';
import { findChromium, HOW_TO_GET_IT } from './ui/chromium.ts';

const ROOT = join(import.meta.dirname, '..');
const REPORT = join(ROOT, '.build', 'test-report.json');

const CHECKS: [string, string, ...string[]][] = [
  ['lint and format', 'biome', 'ci', '--error-on-warnings', '.'],
  ['types', 'tsc', '--noEmit'],
  ['types of the page', 'tsc', '--noEmit', '--project', 'ui'],
  ['types of the command line', 'tsc', '--noEmit', '--project', 'cli'],
  ['dead code', 'knip'],
];

/** The projects of vitest.config.ts. Two that are negated, as in `!page`, would leave nothing out. */
const ALL = ['parts', 'contract', 'page', 'lag', 'reference', 'front', 'cluster', 'rights', 'deployment'];
const QUICK = ['parts', 'contract'];

/** Read by vitest.config.ts. */
const depth = process.argv[2] === 'deep' ? 'deep' : 'quick';
const hasBrowser = (await findChromium()) !== undefined;
const hasReference = (await findOpenBao()) !== undefined;
const hasPostgres = (await findPostgres()) !== undefined;
const isEmulated = await hasEmulation();
let passed = 0;
let failed = 0;

if (depth === 'deep') {
  // The roles must be compared with records of this run only.
  await rm(RECORDS, { recursive: true, force: true });
  await rm(FIGURES, { force: true });
} else {
  for (const [title, command, ...args] of CHECKS) {
    console.log(`\n── ${title}`);
    if (await run(command, args)) passed++;
    else failed++;
  }
}

console.log('\n── tests');
await mkdir(dirname(REPORT), { recursive: true });
await rm(REPORT, { force: true });
const succeeded = await run('vitest', [
  'run',
  ...projects(),
  '--reporter=default',
  '--reporter=json',
  ...(depth === 'deep' ? ['--reporter=test/reference/reporter.ts'] : []),
  `--outputFile.json=${REPORT}`,
]);
const report = await readReport();
passed += report.numPassedTests;
failed += report.numFailedTests;
// A file that cannot be loaded has no tests, but must count as a failure.
if (!succeeded && report.numFailedTests === 0) failed++;

if (depth === 'deep' && !hasBrowser)
  console.log(`\nThe tests of the page in a browser were left out: ${HOW_TO_GET_IT}.`);
if (depth === 'deep' && !hasReference)
  console.log(`\nThe tests beside and on a real OpenBao were left out: ${HOW_TO_GET_OPENBAO}.`);
if (depth === 'deep' && hasReference && !hasPostgres)
  console.log(`\nThe tests on a real cluster were left out: ${HOW_TO_GET_POSTGRES}.`);
if (depth === 'deep')
  console.log(
    `\n${isEmulated ? await readFigures() : `The tests of the packaged stack were left out: ${HOW_TO_GET_EMULATION}.`}`,
  );
if (depth === 'deep' && !(await hasMoto()))
  console.log(`\nThe tests of preflight in an account were left out: ${HOW_TO_GET_MOTO}.`);
if (depth === 'deep') for (const line of await clientsLeftOut()) console.log(`\n${line}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function projects(): string[] {
  const chosen = depth === 'quick' ? QUICK : ALL.filter((name) => !isLeftOut(name));
  return chosen.map((name) => `--project=${name}`);
}

function isLeftOut(project: string): boolean {
  if (project === 'page') return !hasBrowser;
  if (project === 'deployment') return !isEmulated;
  return project === 'cluster' && !(hasReference && hasPostgres);
}

async function readReport(): Promise<{ numPassedTests: number; numFailedTests: number }> {
  try {
    return JSON.parse(await readFile(REPORT, 'utf8'));
  } catch {
    return { numPassedTests: 0, numFailedTests: 1 };
  }
}

/** What the tests of the packaged stack have counted. */
function readFigures(): Promise<string> {
  return readFile(FIGURES, 'utf8').catch(() => 'The tests of the packaged stack have counted nothing.');
}

/** Runs a program of node_modules. @returns whether it exited with 0 */
function run(command: string, args: string[]): Promise<boolean> {
  const program = join(ROOT, 'node_modules', '.bin', command);
  const env = { ...process.env, DEPTH: depth, REFERENCE: depth === 'deep' && hasReference ? 'all' : '' };
  const child = spawn(program, args, { cwd: ROOT, stdio: 'inherit', env });
  return new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(error.message);
      resolve(false);
    });
    child.once('exit', (code) => resolve(code === 0));
  });
}
