import { execFileSync } from 'node:child_process';
import { copyFile, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../cli/commands.ts';
import { VERSION } from '../../cli/version.ts';
import { buildCommand, COMMAND } from '../../infra/buildCommand.ts';
import { temporaryFolder } from '../local/support.ts';
import { run } from './command.ts';

const ROOT = join(import.meta.dirname, '..', '..');

const TOKEN = 'not-to-be-shown';

describe('a command line', () => {
  beforeAll(buildCommand);

  const refusals: [string, string, Record<string, string>?][] = [
    ['frob', 'Error: there is no command frob; see remount --help'],
    ['help frob', 'Error: there is no command frob; see remount --help'],
    ['--frob', "Error: Unknown option '--frob'"],
    ['--frob list', "Error: Unknown option '--frob'"],
    ['--limit 0 list', 'Error listing migrations: --limit must be a number from 1 to 999999'],
    [
      '--address=ftp://x list',
      'Error listing migrations: --address must be an address such as https://vault.example.com',
    ],
    ['move a', 'Error: the usage is: remount move FROM TO; see remount move --help'],
    ['status', 'Error: the usage is: remount status ID; see remount status --help'],
    ['move a b c', 'Error: the usage is: remount move FROM TO; see remount move --help'],
    ['move a b --frob', "Error: Unknown option '--frob'"],
    ['list --runs --source a', 'Error listing migrations: --runs can be used only with --after and --limit'],
    ['bulk /nowhere/a.csv', 'Error moving the mounts in /nowhere/a.csv: cannot read /nowhere/a.csv: ENOENT'],
    [
      'bulk',
      'Error moving mounts: what to move is a FILE, or --rule FROM=TO, or --failed-of RUN; one of them',
    ],
    [
      'bulk a.csv --rule a=b',
      'Error moving the mounts in a.csv: what to move is a FILE, or --rule FROM=TO, or --failed-of RUN; one of them',
    ],
    [
      'plan a b --rule c=d',
      'Error planning to move a to b: what to move is a FILE, or --rule FROM=TO, or --failed-of RUN; one of them',
    ],
    [
      'plan --rule a=b=c',
      'Error planning to move mounts: --rule a=b=c is not FROM=TO; rules with other equals signs can be in a file only',
    ],
    [
      'plan nowhere',
      'Error planning to move the mounts in nowhere: there is no file nowhere; the plan of one move needs a target: plan nowhere TO',
    ],
    ['plan a b --atomic', 'Error planning to move a to b: --atomic is for many moves, or with --out'],
    [
      'plan a b --tolerated-failures 1',
      'Error planning to move a to b: --tolerated-failures is for many moves, or with --out',
    ],
    [
      'plan a b --max-concurrency 2',
      'Error planning to move a to b: --max-concurrency is for many moves, or with --out',
    ],
    [
      'plan a b --out -',
      'Error planning to move a to b: --out is the name of a file; the plan goes to no other place',
    ],
    [
      'plan a b --out x --alias-ttl 1h',
      'Error planning to move a to b: --alias-ttl is for the plan of one move without --out',
    ],
    ['aliases a b', 'Error: the usage is: remount aliases [PATH|ID]; see remount aliases --help'],
    ['aliases renew', 'Error: the usage is: remount aliases renew PATH; see remount aliases renew --help'],
    ['completion', 'Error: the usage is: remount completion SHELL'],
    ['completion bash zsh', 'Error: the usage is: remount completion SHELL'],
    ['schedule next', 'Error: the usage is: remount schedule next NAME; see remount schedule next --help'],
    [
      'status -- -frob',
      'Error reading the status of -frob: there is no token: set VAULT_TOKEN, or log in with a Vault command line',
      { VAULT_TOKEN: '' },
    ],
    ['list --limit 0', 'Error listing migrations: --limit must be a number from 1 to 999999'],
    ['list --format yaml', 'Error listing migrations: the format must be table or json'],
    [
      'list',
      'Error listing migrations: VAULT_ADDR must be an address such as https://vault.example.com',
      { VAULT_ADDR: 'vault:8200' },
    ],
    [
      'list -address=ftp://x',
      'Error listing migrations: --address must be an address such as https://vault.example.com',
    ],
    [
      'list',
      'Error listing migrations: there is no token: set VAULT_TOKEN, or log in with a Vault command line',
      { VAULT_TOKEN: '' },
    ],
    [
      'list',
      'Error listing migrations: the token contains characters that are not allowed; is there a line break in VAULT_TOKEN?',
      { VAULT_TOKEN: `${TOKEN}\n${TOKEN}` },
    ],
    [
      'list',
      'Error listing migrations: cannot read /nowhere/ca.pem: ENOENT',
      { VAULT_CACERT: '/nowhere/ca.pem' },
    ],
  ];
  it.each(refusals)('is refused without a request: %s: %s', async (words, line, environment = {}) => {
    const ended = await run(words.split(' '), { VAULT_TOKEN: TOKEN, ...environment });

    expect(ended).toEqual({ code: 1, stdout: '', stderr: `${line}\n` });
  });

  it.each(['--help', 'help', '-h'])('prints the help, which lists all commands: %s', async (word) => {
    const { code, stdout } = await run([word]);

    expect(code).toBe(0);
    for (const name of Object.keys(COMMANDS)) expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'));
  });

  it.each(Object.entries(COMMANDS))(
    'is answered with the help of %s, which names its options',
    async (name, command) => {
      const { code, stdout } = await run([...name.split(' '), '-help']);

      expect(code).toBe(0);
      const options = [...Object.keys(command.options), 'address', 'namespace', 'format'];
      for (const option of options) expect(stdout).toMatch(new RegExp(`^  --${option} `, 'm'));
    },
  );

  it('is answered with the help of a command that follows the word help', async () => {
    expect(await run(['help', 'move'])).toEqual(await run(['move', '--help']));
  });

  it.each(['--version', '-version', 'list --version'])('prints the release: %s', async (words) => {
    expect(await run(words.split(' '))).toEqual({ code: 0, stdout: `remount ${VERSION}\n`, stderr: '' });
  });

  it('has all its commands, options and variables in docs/cli.md', async () => {
    const text = (await readFile(join(ROOT, 'docs', 'cli.md'), 'utf8')).replaceAll('\\|', '|');

    const words = Object.entries(COMMANDS).flatMap(([name, { operands, options }]) => [
      `\`${[name, ...operands].join(' ')}\``,
      ...Object.keys(options).map((option) => `--${option}`),
    ]);
    const help = (await run(['--help'])).stdout;
    const variables = help.match(/^ {2}VAULT_\w+/gm) ?? [];
    const expected = [...words, ...variables.map((name) => name.trim())];
    expect(expected.length).toBeGreaterThan(30);
    expect(expected.filter((word) => !text.includes(word))).toEqual([]);
  });

  it('is read by one file, `bin` of the package, which needs no other file', async () => {
    const { bin } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const alone = join(await temporaryFolder(), 'remount.mjs');
    await copyFile(COMMAND, alone);

    expect(bin).toEqual({ remount: relative(ROOT, COMMAND) });
    expect(execFileSync(alone, ['--help'], { encoding: 'utf8', env: { PATH: process.env.PATH } })).toMatch(
      /^Usage: remount COMMAND/,
    );
  });

  it('is required: without one, the help is printed', async () => {
    const { code, stdout } = await run([]);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^Usage: remount COMMAND/);
  });
});
