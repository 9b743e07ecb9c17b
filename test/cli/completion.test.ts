/** Completions in the shells themselves, and the man page as man shows it. */

import { execFileSync, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { COMMANDS } from '../../cli/commands.ts';
import { buildCommand } from '../../infra/buildCommand.ts';
import { temporaryFolder } from '../local/support.ts';
import { type Ended, run } from './command.ts';

/** The second words of a group. */
function wordsOf(group: string): string[] {
  const names = Object.keys(COMMANDS).filter((name) => name.startsWith(`${group} `));
  return names.map((name) => name.slice(group.length + 1));
}
const FIRST = [...new Set(Object.keys(COMMANDS).map((name) => name.split(' ')[0] as string))];

let folder: string;
beforeAll(buildCommand);
beforeEach(async () => {
  folder = await temporaryFolder();
});

function has(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
}

/** By shell: each is printed once. */
const printed = new Map<string, Promise<Ended>>();

async function scriptFor(shell: string): Promise<string> {
  const printing = printed.get(shell) ?? run(['completion', shell]);
  printed.set(shell, printing);
  const { code, stdout, stderr } = await printing;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const file = join(folder, shell);
  await writeFile(file, stdout);
  return file;
}

function linesOf(program: string, words: string[]): string[] {
  const text = execFileSync(program, words, {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: folder },
  });
  return text.split('\n').filter((line) => line !== '');
}

/** What bash would offer at the end of a line. */
function inBash(script: string, line: string): string[] {
  const program = `
    source "$1"
    [[ $(complete -p remount) == *' -F _remount remount' ]] || exit 1
    COMP_WORDS=($2) COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    [[ $2 != *' ' ]] || { COMP_WORDS+=(''); ((COMP_CWORD++)); }
    _remount
    printf '%s\\n' "\${COMPREPLY[@]}"
  `;
  return linesOf('bash', ['--norc', '-c', program, '_', script, line]);
}

describe('the completions of bash', () => {
  it.each([
    ['remount ', [...FIRST, 'help', 'completion']],
    ['remount sch', ['schedule']],
    ['remount schedule ', wordsOf('schedule')],
    ['remount aliases ', ['renew', 'end']],
    ['remount aliases renew --tt', ['--ttl']],
    ['remount --address http://x schedule p', ['put', 'pause']],
    ['remount completion ', ['bash', 'zsh', 'fish']],
    ['remount list --st', ['--status']],
    ['remount list --status ', ['in-progress', 'success', 'failure']],
    ['remount list --source ', []],
    ['remount --format j', ['json']],
    ['remount --a', ['--address']],
    ['remount move --reason text --no', ['--no-wait']],
    ['remount schedule pause --dry', []],
    ['remount undo --dry', ['--dry-run']],
  ])('offer after "%s": %j', async (line, words) => {
    expect(inBash(await scriptFor('bash'), line)).toEqual(words);
  });

  it('offer files where the command takes one, also with spaces in their names', async () => {
    await writeFile(join(folder, 'moves of may.csv'), '');
    const script = await scriptFor('bash');

    for (const line of [
      'remount bulk mov',
      'remount plan mov',
      'remount plan --out mov',
      'remount schedule put x mov',
    ])
      expect(inBash(script, line)).toEqual(['moves of may.csv']);
    expect(inBash(script, 'remount status mov')).toEqual([]);
  });

  it.each(Object.entries(COMMANDS))('offer all options of %s', async (name, { options }) => {
    const offered = inBash(await scriptFor('bash'), `remount ${name} --`);
    expect(offered).toEqual(expect.arrayContaining(Object.keys(options).map((option) => `--${option}`)));
  });
});

describe.skipIf(!has('fish'))('the completions of fish', () => {
  it.each([
    ['remount ', [...FIRST, 'help', 'completion']],
    ['remount schedule ', wordsOf('schedule')],
    ['remount aliases ', ['renew', 'end']],
    ['remount schedule put --time', ['--timezone']],
    ['remount list --status s', ['success']],
    ['remount undo --dry', ['--dry-run']],
    ['remount status --dry', []],
  ])('offer after "%s": %j', async (line, words) => {
    const script = await scriptFor('fish');
    const offered = linesOf('fish', ['--no-config', '-c', `source ${script}; complete -C '${line}'`]);
    expect(offered.map((text) => text.split('\t')[0]).toSorted()).toEqual(words.toSorted());
  });
});

describe.skipIf(!has('zsh'))('the completions of zsh', () => {
  /** What zsh shows when a person presses the key for completions. */
  function inZsh(script: string, line: string): string {
    const program = `
      zmodload zsh/zpty
      zpty shell zsh -f -i
      zpty -w shell "PROMPT='' ; unsetopt zle_bracketed_paste; autoload -Uz compinit; compinit -u -D; source ${script}"
      zpty -w shell "zstyle ':completion:*' list-prompt ''; bindkey '^I' list-choices; print ready"
      zpty -r shell text '*ready*ready*'
      zpty -w -n shell $'${line}\\t'
      sleep 1
      zpty -r -t shell text
      while zpty -r -t shell more; do text+=$more; done
      print -r -- $text
      zpty -d shell
    `;
    return linesOf('zsh', ['-f', '-c', program]).join('\n');
  }

  it.each([
    ['remount ', [...FIRST, 'help', 'completion']],
    ['remount schedule ', wordsOf('schedule')],
    ['remount aliases ', ['renew', 'end']],
    ['remount aliases renew --tt', ['--ttl']],
    ['remount list --st', ['--status']],
    ['remount schedule put --time', ['--timezone']],
  ])('offer after "%s": %j', async (line, words) => {
    const shown = inZsh(await scriptFor('zsh'), line);
    for (const word of words) expect(shown).toContain(word);
  });
});

it('for another shell are refused, and named in the help', async () => {
  expect(await run(['completion', 'csh'])).toMatchObject({
    code: 1,
    stderr: 'Error: completions are there for bash, zsh, fish\n',
  });
  expect(await run(['completion', '--help'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('completion SHELL'),
  });
});

describe('the man page', () => {
  async function page(): Promise<string> {
    return (await run(['help', '--man'])).stdout;
  }

  it('has the sections of a man page, and every command and option', async () => {
    const text = await page();
    const sections = [...text.matchAll(/^\.SH (.*)$/gm)].map(([, title]) => title);
    expect(text).toMatch(/^\.TH REMOUNT 1 /);
    expect(sections.slice(0, 4)).toEqual(['NAME', 'SYNOPSIS', 'DESCRIPTION', 'COMMANDS']);
    expect(sections).toEqual(expect.arrayContaining(['ENVIRONMENT', 'EXIT STATUS', 'FILES']));
    for (const [name, { options }] of Object.entries(COMMANDS)) {
      expect(text).toMatch(new RegExp(`^\\.SS remount ${name}`, 'm'));
      for (const option of Object.keys(options))
        expect(text).toContain(`\\-\\-${option.replaceAll('-', '\\-')}`);
    }
    // Every request is known, and no text is taken for one.
    const requests = [...text.matchAll(/^[.'](\S*)/gm)].map(([, request]) => request);
    expect(new Set(requests)).toEqual(new Set(['TH', 'SH', 'SS', 'TP', 'B', 'BR', 'I']));
    expect(text).not.toMatch(/[^\x20-\x7e\n]/);
  });

  it.skipIf(!has('groff'))('is formatted without a warning', async () => {
    const file = join(folder, 'remount.1');
    await writeFile(file, await page());
    const { status, stdout, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww', '-P-c', file], {
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toContain('cron(…)');
  });

  it.skipIf(!has('man'))('is shown by man', async () => {
    const file = join(folder, 'remount.1');
    await writeFile(file, await page());
    const { stdout, status } = spawnSync('man', ['--warnings', '-P', 'cat', file], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, MANWIDTH: '100', LANG: 'C.UTF-8' },
    });
    expect(status).toBe(0);
    expect(stdout).toMatch(/^REMOUNT\(1\)/);
    expect(stdout).toContain('remount - move secrets engines and auth methods');
  });
});
