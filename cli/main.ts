/** `remount`: the command for people who move mounts. It speaks HTTP to the service and knows nothing of its insides. */

import { homedir } from 'node:os';
import { CONNECTION_OPTIONS, readConnection } from './api/connection.ts';
import { createService } from './api/service.ts';
import { type Options, readArguments, type Typed } from './arguments.ts';
import type { Command, Context } from './command.ts';
import { COMMANDS } from './commands.ts';
import { CommandError, EXIT, usage } from './errors.ts';
import { COMMON_OPTIONS, commandHelp, generalHelp } from './help.ts';
import { createOutput } from './output.ts';
import { seconds } from './render/numbers.ts';

/** As it was called: npx does not put it on the path. */
const NAME = process.env.npm_command === 'exec' ? 'npx remount' : 'remount';
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

const output = createOutput(process.stdout, process.stderr, process.env);
/** What to say should the command end before its work does. */
let lastWord = '';
/** Those that have to be typed again to ask the same service; the environment stays as it is. */
let connectionOptions = '';

// Whoever reads the output may stop reading, as `head` does.
process.stdout.on('error', () => process.exit(EXIT.done));
for (const [signal, exitCode] of Object.entries(SIGNALS)) process.once(signal, () => interrupt(exitCode));

process.exitCode = await run(process.argv.slice(2));

async function run([word, ...words]: string[]): Promise<number> {
  if (word === undefined || word === 'help' || /^--?h(elp)?$/.test(word)) {
    output.line(generalHelp(NAME, COMMANDS));
    return word === undefined ? EXIT.usage : EXIT.done;
  }
  const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
  let doing = '';
  try {
    if (!command) throw unknownCommand(word);
    const options: Options = { ...COMMON_OPTIONS, ...command.options };
    const typed = readArguments(words, options);
    if (typed.isSet('help')) {
      output.line(commandHelp(NAME, word, command));
      return EXIT.done;
    }
    checkOperands(word, command, typed);
    doing = ` ${command.doing(typed.operands)}`;
    return await command.run(createContext(typed), typed);
  } catch (error) {
    return tell(error, doing);
  } finally {
    output.endProgress();
  }
}

function tell(error: unknown, doing: string): number {
  if (!(error instanceof CommandError)) {
    output.note(`remount has a fault: ${(error as Error).stack}`, 'red');
    return EXIT.fault;
  }
  const separator = error.message.startsWith('\n') ? ':' : ': ';
  output.note(`Error${doing}${separator}${asCommands(error.message)}`, 'red');
  if (lastWord) output.note(lastWord);
  return error.exitCode;
}

/** The service names endpoints where it tells what to do instead. */
function asCommands(text: string): string {
  return text.replace(/(POST )?sys\/remount\/(bulk\/)?(cancel|undo)\/(\S+)/g, (_, _post, _bulk, verb, id) =>
    hint(`${verb} ${id}`),
  );
}

function hint(words: string): string {
  return `${NAME} ${words}${connectionOptions}`;
}

function interrupt(exitCode: number): void {
  output.endProgress();
  output.note(`Interrupted. ${lastWord}`.trim());
  process.exit(exitCode);
}

function unknownCommand(word: string): CommandError {
  const isOption = word.startsWith('-');
  const what = isOption ? 'a command comes first, and its options behind it' : `there is no command ${word}`;
  return usage(`${what}; see ${NAME} --help`);
}

function checkOperands(word: string, { operands }: Command, typed: Typed): void {
  if (typed.operands.length === operands.length && !typed.operands.includes('')) return;
  throw usage(`it is used as: ${[NAME, word, ...operands].join(' ')}; see ${NAME} ${word} --help`);
}

function createContext(typed: Typed): Context {
  const given = Object.keys(CONNECTION_OPTIONS).map((name) => [name, typed.text(name)]);
  connectionOptions = given.map(([name, text]) => (text ? ` --${name} ${text}` : '')).join('');
  const service = createService(readConnection(typed, process.env, homedir()), (why, pause) => {
    output.note(`${why}; trying again in ${seconds(pause)}`, 'dim');
  });
  return {
    service,
    output,
    format: readFormat(typed),
    hint,
    leaveWord: (text) => {
      lastWord = text;
    },
  };
}

function readFormat(typed: Typed): Context['format'] {
  const format = typed.text('format') ?? process.env.VAULT_FORMAT ?? 'table';
  if (format === 'table' || format === 'json') return format;
  throw usage('the format is one of table and json');
}
