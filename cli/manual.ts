/** The man page, in the macros of man(7), from the same rows as the help. */

import type { Options } from './arguments.ts';
import type { Commands } from './findCommand.ts';
import { COMMON_OPTIONS, ENVIRONMENT, EXIT_CODES, PURPOSE } from './help.ts';
import { VERSION } from './version.ts';

export function manualPage(commands: Commands): string {
  const lines = [
    `.TH REMOUNT 1 "" "remount ${VERSION}" "User Commands"`,
    '.SH NAME',
    `remount ${roff('-')} move secrets engines and auth methods of Vault and OpenBao`,
    '.SH SYNOPSIS',
    '.B remount',
    '.I COMMAND',
    `[${roff('OPTIONS')}]`,
    '.SH DESCRIPTION',
    roff(PURPOSE),
    'It talks to a Remount service by HTTP and stores nothing.',
    `Options stand before or after the command, with one dash or two.`,
    '.SH COMMANDS',
    ...Object.entries(commands).flatMap(([name, { operands, summary, options }]) => [
      `.SS ${roff(['remount', name, ...operands].join(' '))}`,
      roff(summary),
      ...optionLines(options),
    ]),
    '.SS remount help [COMMAND]',
    `Prints the help, or this page with ${roff('--man')}.`,
    '.SS remount completion bash|zsh|fish',
    'Prints a script with which the shell completes command lines.',
    '.SH OPTIONS OF EVERY COMMAND',
    ...optionLines(COMMON_OPTIONS),
    '.SH ENVIRONMENT',
    ...ENVIRONMENT.flatMap(([name, text]) => term(name, text)),
    '.SH EXIT STATUS',
    ...EXIT_CODES.flatMap(([code, text]) => term(code, text)),
    '.SH FILES',
    ...term('~/.vault-token', 'the token, as a Vault command line stores it after a login'),
  ];
  return `${lines.join('\n')}\n`;
}

function optionLines(options: Options): string[] {
  return Object.entries(options).flatMap(([name, { value, help }]) => {
    return ['.TP', `.BR ${roff(`--${name}`)}${value ? ` " ${roff(value)}"` : ''}`, roff(help)];
  });
}

function term(name = '', text = ''): string[] {
  return ['.TP', `.B ${roff(name)}`, roff(text)];
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
}

/** Text that roff prints as it is. */
function roff(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll('"', '\\(dq')
    .replace(/[^\x20-\x7e]/gu, (character) => `\\[u${hex(character)}]`)
    .replace(/^([.'])/, '\\&$1');
}
