/** `npm run test:clients`: tests a new service with clients of other projects, in Go and Python. */

import { type SpawnOptions, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { startService } from '../../infra/local/service.ts';

const GO_TESTS = join(import.meta.dirname, 'go');
const PYTHON_TESTS = join(import.meta.dirname, 'python');
const VENV = join(import.meta.dirname, '..', '..', '.build', 'clients', 'python');
const VENV_PYTHON = join(VENV, 'bin', 'python');

interface Client {
  title: string;
  /** A command that succeeds if the language is installed. */
  toolchain: string[];
  folder: string;
  commands: string[][];
}

const CLIENTS: Client[] = [
  {
    title: "OpenBao's Go client",
    toolchain: ['go', 'version'],
    folder: GO_TESTS,
    commands: [['go', 'test', '-count=1', '-v', './...']],
  },
  {
    title: "HashiCorp's Go client",
    toolchain: ['go', 'version'],
    folder: GO_TESTS,
    commands: [['go', 'test', '-count=1', '-v', '-tags=vault', './...']],
  },
  {
    title: 'hvac for Python',
    toolchain: ['python3', '-c', 'import ensurepip, venv'],
    folder: PYTHON_TESTS,
    commands: [
      ['python3', '-m', 'venv', VENV],
      [VENV_PYTHON, '-m', 'pip', 'install', '--quiet', '--requirement', 'requirements.txt'],
      [VENV_PYTHON, '-B', '-W', 'ignore::DeprecationWarning', '-m', 'unittest', '--verbose'],
    ],
  },
];

const results: string[] = [];
const service = await startService({ rootToken: `root-${randomUUID()}` });
try {
  for (const client of CLIENTS) results.push(`${client.title}: ${await testWith(client)}`);
} finally {
  await service.stop();
}
console.log(`\n${results.join('\n')}`);

async function testWith({ title, toolchain, folder, commands }: Client): Promise<string> {
  console.log(`\n── ${title}`);
  if (!(await succeeds(toolchain, { stdio: 'ignore' })))
    return `skipped, \`${toolchain.join(' ')}\` fails here`;
  for (const command of commands) {
    if (await succeeds(command, { cwd: folder, env: environment(), stdio: 'inherit' })) continue;
    process.exitCode = 1;
    return 'failed';
  }
  return 'passed';
}

/** Address and token in the variables that these clients read, without variables for another server. */
function environment(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !/^(VAULT|BAO)_/.test(name));
  const { url, rootToken } = service;
  return {
    ...Object.fromEntries(others),
    ...{ VAULT_ADDR: url, BAO_ADDR: url, VAULT_TOKEN: rootToken, BAO_TOKEN: rootToken },
  };
}

/** Whether the program could be started and exited with 0. */
function succeeds([command = '', ...args]: string[], options: SpawnOptions): Promise<boolean> {
  const child = spawn(command, args, options);
  return new Promise((resolve) => {
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
