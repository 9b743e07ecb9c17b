/** `remount`: the command line. It uses only the service's HTTP API. */

import { homedir } from 'node:os';
import { CONNECTION_OPTIONS, readConnection } from './api/connection.ts';
import { createService } from './api/service.ts';
import { type Options, readArguments, type Typed } from './arguments.ts';
import { asOptions } from './asOptions.ts';
import type { Command, Context } from './command.ts';
import { COMMANDS } from './commands.ts';
import { completionScript } from './completion/script.ts';
import { vocabularyOf } from './completion/vocabulary.ts';
import { CommandError, EXIT, type ExitCode, notWritten, usage } from './errors.ts';
import { findCommand, ofGroup } from './findCommand.ts';
import { COMMON_OPTIONS, commandHelp, generalHelp, groupHelp } from './help.ts';
import { manualPage } from './manual.ts';
import { createOutput } from './output.ts';
import { seconds } from './render/numbers.ts';
import { VERSION } from './version.ts';

/** How the user called it. npx does not put it on the path. */
const NAME = process.env.npm_command === 'exec' ? 'npx remount' : 'remount';
/** One of them may stand before the command. */
const ALL_OPTIONS: Options = Object.assign(
  {},
  ...Object.values(COMMANDS).map(({ options }) => options),
  COMMON_OPTIONS,
);
const MANUAL_OPTION: Options = { man: { help: 'the man page' } };
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

const output = createOutput(process.stdout, process.stderr, process.env);
/** The text to print if the command ends early. */
let earlyEndText = '';
/** Options to repeat in hints, so that they reach the same service. The environment stays the same. */
let connectionOptions = '';

process.stdout.on('error', ({ code = '' }: NodeJS.ErrnoException) => {
  // The reader of the results may stop reading, as `head` does. Other programs are ended by a signal then.
  process.exit(code === 'EPIPE' ? EXIT.unread : report(notWritten(code), '', {}));
});
for (const [signal, exitCode] of Object.entries(SIGNALS)) process.once(signal, () => interrupt(exitCode));

process.exitCode = await run(process.argv.slice(2));

async function run(words: string[]): Promise<number> {
  let doing = '';
  let options: Options = {};
  try {
    const { name: word, others } = findCommand(words, COMMANDS, ALL_OPTIONS);
    if (word === undefined || word === 'help') return help(word, others);
    if (word === 'completion') return completion(others);
    if (isOnlyGroup(word)) return help(undefined, [word, ...others]);
    const command = commandNamed(word);
    options = command.options;
    const typed = readArguments(others, { ...COMMON_OPTIONS, ...command.options });
    if (typed.isSet('version')) return version();
    if (typed.isSet('help')) return help('help', [word]);
    checkOperands(word, command, typed);
    doing = ` ${command.doing(typed.operands)}`;
    return await command.run(createContext(typed), typed);
  } catch (error) {
    return report(error, doing, options);
  } finally {
    output.endProgress();
  }
}

/** @param word `help`, or nothing if there is no command; then the options may still ask for something */
function help(word: 'help' | undefined, words: string[]): ExitCode {
  const { operands, isSet } = readArguments(words, { ...ALL_OPTIONS, ...(word && MANUAL_OPTION) });
  if (isSet('version')) return version();
  if (isSet('man')) return printed(manualPage(COMMANDS));
  output.line(helpOn(operands.join(' ')));
  return word === 'help' || isSet('help') ? EXIT.done : EXIT.usage;
}

function completion(words: string[]): ExitCode {
  const { operands, isSet } = readArguments(words, COMMON_OPTIONS);
  const [shell, ...others] = operands;
  if (isSet('help')) return help('help', []);
  // A shell would run the help, if it were printed as the script.
  if (shell === undefined || others.length > 0) throw usage(`the usage is: ${NAME} completion SHELL`);
  return printed(completionScript(shell, vocabularyOf(COMMANDS, COMMON_OPTIONS)));
}

function printed(text: string): ExitCode {
  process.stdout.write(text);
  return EXIT.done;
}

function helpOn(about: string): string {
  if (about === '') return generalHelp(NAME, COMMANDS);
  if (isOnlyGroup(about)) return groupHelp(NAME, about, ofGroup(about, COMMANDS));
  return commandHelp(NAME, about, commandNamed(about), ofGroup(about, COMMANDS));
}

/** Whether it is the first word of commands, and no command itself. */
function isOnlyGroup(word: string): boolean {
  return !Object.hasOwn(COMMANDS, word) && Object.keys(ofGroup(word, COMMANDS)).length > 0;
}

function version(): ExitCode {
  output.line(`remount ${VERSION}`);
  return EXIT.done;
}

/** @param options of the command, which the error may be about */
function report(error: unknown, doing: string, options: Options): number {
  if (!(error instanceof CommandError)) {
    output.note(`This is a bug in remount: ${(error as Error).stack}`, 'red');
    return EXIT.fault;
  }
  const separator = error.message.startsWith('\n') ? ':' : ': ';
  output.note(`Error${doing}${separator}${asOptions(asCommands(error.message), options)}`, 'red');
  if (earlyEndText) output.note(earlyEndText);
  return error.exitCode;
}

/** The service's error texts name endpoints to use instead. Replaces these by commands. */
function asCommands(text: string): string {
  return text
    .replace(/(POST )?sys\/remount\/(bulk\/)?(cancel|undo)\/(\S+)/g, (_, _post, _bulk, verb, id) =>
      hint(`${verb} ${id}`),
    )
    .replace('DELETE sys/remount/aliases/:path', () => hint('aliases end PATH'));
}

function hint(words: string): string {
  return `${NAME} ${words}${connectionOptions}`;
}

function interrupt(exitCode: number): void {
  output.endProgress();
  output.note(`Interrupted. ${earlyEndText}`.trim());
  process.exit(exitCode);
}

/** @throws CommandError if there is none */
function commandNamed(word: string): Command {
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  if (!command) throw usage(`there is no command ${word}; see ${NAME} --help`);
  return command;
}

function checkOperands(word: string, { operands }: Command, typed: Typed): void {
  const least = operands.filter((operand) => !operand.startsWith('[')).length;
  const { length } = typed.operands;
  if (length >= least && length <= operands.length && !typed.operands.includes('')) return;
  throw usage(`the usage is: ${[NAME, word, ...operands].join(' ')}; see ${NAME} ${word} --help`);
}

function createContext(typed: Typed): Context {
  const given = Object.keys(CONNECTION_OPTIONS).map((name) => [name, typed.text(name)]);
  connectionOptions = given.map(([name, text]) => (text ? ` --${name} ${text}` : '')).join('');
  const service = createService(
    readConnection(typed, process.env, homedir()),
    (why, pause) => {
      output.note(`${why}; retrying in ${seconds(pause)}`, 'dim');
    },
    (text) => output.note(`Warning: ${text}`, 'yellow'),
  );
  return {
    service,
    output,
    format: readFormat(typed),
    hint,
    leaveWord: (text) => {
      earlyEndText = text;
    },
  };
}

function readFormat(typed: Typed): Context['format'] {
  const format = typed.text('format') ?? process.env.VAULT_FORMAT ?? 'table';
  if (format === 'table' || format === 'json') return format;
  throw usage('the format must be table or json');
}
