/** The help, generated from the same rows as the parser of command lines. */

import { CONNECTION_OPTIONS } from './api/connection.ts';
import type { Options } from './arguments.ts';
import type { Command } from './command.ts';
import type { Commands } from './findCommand.ts';
import { columns } from './render/columns.ts';

export const COMMON_OPTIONS = {
  ...CONNECTION_OPTIONS,
  format: { value: 'table|json', help: 'for people or for programs, instead of VAULT_FORMAT' },
  help: { help: 'this help' },
  version: { help: 'the release of this command' },
} as const satisfies Options;

export const ENVIRONMENT = [
  ['VAULT_ADDR', 'address of the service; default https://127.0.0.1:8200'],
  ['VAULT_TOKEN', 'the token; by default the content of ~/.vault-token'],
  ['VAULT_NAMESPACE', 'namespace of the requests'],
  ['VAULT_CACERT', 'file with the certificate of an authority to trust'],
  ['VAULT_CAPATH', 'folder with such files, if there is no VAULT_CACERT'],
  ['VAULT_CLIENT_CERT', 'file with the certificate that the command shows'],
  ['VAULT_CLIENT_KEY', 'file with its key'],
  ['VAULT_TLS_SERVER_NAME', 'name in the certificate, if it differs from the address'],
  ['VAULT_SKIP_VERIFY', 'accepts any certificate, which is never safe'],
  ['VAULT_PROXY_ADDR', 'proxy for all requests; also VAULT_HTTP_PROXY'],
  ['HTTPS_PROXY', 'proxy for addresses with https; HTTP_PROXY for those with http'],
  ['NO_PROXY', 'hosts that are reached without HTTPS_PROXY and HTTP_PROXY'],
];

export const EXIT_CODES = [
  ['0', 'done'],
  ['1', 'the command line is wrong, or something it needs is missing'],
  ['2', 'the service refused the request, or could not be reached'],
  ['3', 'the migration or some moves failed, leases are still irrevocable, or verify has found something'],
];

/** What the command is for. */
export const PURPOSE = 'Moves secrets engines and auth methods to another path or namespace.';

/** Commands that ask no service for anything. */
const OWN_COMMANDS = [
  ['help [COMMAND]', 'this help, or that of a command; with --man, the man page'],
  ['completion SHELL', 'a script with which bash, zsh or fish completes command lines'],
];

/** @param name of the program, as the user called it */
export function generalHelp(name: string, commands: Commands): string {
  return [
    `Usage: ${name} COMMAND [OPTIONS]`,
    '',
    PURPOSE,
    ...section('Commands', [...commandRows(commands), ...OWN_COMMANDS]),
    ...section('Options of every command', optionRows(COMMON_OPTIONS)),
    ...section('Environment', ENVIRONMENT),
    ...section('Exit codes', EXIT_CODES),
  ].join('\n');
}

/** @param group the first word of the commands */
export function groupHelp(name: string, group: string, commands: Commands): string {
  return [`Usage: ${name} ${group} COMMAND [OPTIONS]`, ...section('Commands', commandRows(commands))].join(
    '\n',
  );
}

function commandRows(commands: Commands): string[][] {
  return Object.entries(commands).map(([word, { operands, summary }]) => {
    return [[word, ...operands].join(' '), summary];
  });
}

/** @param others the commands of the group that the word begins, if it does */
export function commandHelp(
  name: string,
  word: string,
  { operands, summary, options }: Command,
  others: Commands,
): string {
  return [
    `Usage: ${[name, word, ...operands].join(' ')} [OPTIONS]`,
    '',
    summary,
    ...section('Other commands', commandRows(others)),
    ...section('Options', optionRows(options)),
    ...section('Options of every command', optionRows(COMMON_OPTIONS)),
  ].join('\n');
}

function optionRows(options: Options): string[][] {
  return Object.entries(options).map(([name, { value, help }]) => {
    return [value ? `--${name} ${value}` : `--${name}`, help];
  });
}

function section(title: string, rows: string[][]): string[] {
  if (rows.length === 0) return [];
  return ['', `${title}:`, ...columns(rows).map((line) => `  ${line}`)];
}
