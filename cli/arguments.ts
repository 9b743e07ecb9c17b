/** Reads a command line: operands and options, in the forms of Vault's own command line. */

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { usage } from './errors.ts';

/** One option, for the parser and for the help. */
interface Option {
  /** The name of its value in the help, such as `TEXT`. A switch has none. */
  value?: string;
  /** Whether it can be given several times. */
  isList?: true;
  help: string;
}

export type Options = Record<string, Option>;

/** The arguments after the name of the command. */
export interface Typed {
  operands: string[];
  /** The value of an option; undefined if it is not given. */
  text(name: string): string | undefined;
  /** All values of an option that can be given several times. */
  list(name: string): string[];
  isSet(name: string): boolean;
}

/**
 * Finds the first word that is neither an option nor the value of one.
 * @param options of which one may stand before it
 */
export function takeFirstOperand(
  words: string[],
  options: Options,
): { first: string | undefined; others: string[] } {
  const args = withTwoDashes(words);
  const { tokens } = parseArgs({ args, options: configOf(options), strict: false, tokens: true });
  const { index } = tokens.find(({ kind }) => kind === 'positional') ?? {};
  return index === undefined
    ? { first: undefined, others: words }
    : { first: words[index], others: words.toSpliced(index, 1) };
}

/** @throws CommandError for an unknown option, or a missing value */
export function readArguments(words: string[], options: Options): Typed {
  try {
    const { values, positionals } = parseArgs({
      args: withTwoDashes(words),
      options: configOf(options),
      allowPositionals: true,
    });
    return {
      operands: positionals,
      text: (name) => values[name] as string | undefined,
      list: (name) => (values[name] as string[] | undefined) ?? [],
      isSet: (name) => values[name] === true,
    };
  } catch (error) {
    // The other sentences are about operands that start with a dash.
    throw usage((error as Error).message.split('. ')[0] ?? '');
  }
}

function configOf(options: Options): ParseArgsOptionsConfig {
  const config = Object.entries(options).map(([name, { value, isList = false }]) => {
    return [name, { type: value ? 'string' : 'boolean', multiple: isList }] as const;
  });
  return Object.fromEntries(config);
}

/** Vault's own command line writes `-address`. What comes after `--` is no option. */
function withTwoDashes(words: string[]): string[] {
  const end = words.indexOf('--');
  return words.map((word, i) => {
    if (end !== -1 && i > end) return word;
    if (word === '-h') return '--help';
    return /^-[a-z]{2}/.test(word) ? `-${word}` : word;
  });
}
