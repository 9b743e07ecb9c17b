/** The suites in other languages. */

import { join } from 'node:path';
import type { Outcome, Suite } from './suite.ts';

const GO_TESTS = join(import.meta.dirname, 'go');
const PYTHON_TESTS = join(import.meta.dirname, 'python');
const VENV = join(import.meta.dirname, '..', '..', '.build', 'clients', 'python');
const VENV_PYTHON = join(VENV, 'bin', 'python');

export const OPENBAO_GO = goSuite("OpenBao's Go client");
export const VAULT_GO = goSuite("HashiCorp's Go client", '-tags=vault');

export const HVAC: Suite = {
  title: 'hvac for Python',
  toolchain: ['python3', '-c', 'import ensurepip, venv'],
  folder: PYTHON_TESTS,
  fetches: [
    ['python3', '-m', 'venv', VENV],
    [VENV_PYTHON, '-m', 'pip', 'install', '--quiet', '--requirement', 'requirements.txt'],
  ],
  run: [VENV_PYTHON, '-B', '-W', 'ignore::DeprecationWarning', 'outcomes.py'],
  outcomesOf: (output) => linesOf<Outcome>(output),
};

function goSuite(title: string, ...flags: string[]): Suite {
  return {
    title,
    toolchain: ['go', 'version'],
    folder: GO_TESTS,
    fetches: [['go', 'mod', 'download']],
    run: ['go', 'test', '-count=1', '-json', ...flags, './...'],
    outcomesOf: goOutcomes,
  };
}

/** An event of `go test -json`. */
interface GoEvent {
  Action: string;
  Test?: string;
  Output?: string;
}

function goOutcomes(output: string): Outcome[] {
  const events = linesOf<GoEvent>(output).filter(({ Test }) => Test !== undefined);
  const ends = events.filter(({ Action }) => Action === 'pass' || Action === 'fail');
  return ends.map(({ Action, Test = '' }) => ({
    title: Test,
    passed: Action === 'pass',
    log: events.flatMap((event) => (event.Test === Test && event.Output ? [event.Output] : [])).join(''),
  }));
}

function linesOf<T>(output: string): T[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
}
