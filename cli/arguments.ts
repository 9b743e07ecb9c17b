/** Reads a command line: operands and options, in the ways in which Vault's own command line takes them. */

import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { usage } from './errors.ts';

/** One option, as it is parsed and as the help shows it. */
interface Option {
  /** What stands for its value, such as `TEXT`; a switch has none. */
  value?: string;
  help: string;
}

export type Options = Record<string, Option>;

/** What was typed behind the name of a command. */
export interface Typed {
  operands: string[];
  /** The value of an option that takes one; undefined where it is not given. */
  text(name: string): string | undefined;
  isSet(name: string): boolean;
}

/** @throws CommandError for an option that is not known, or lacks its value */
export function readArguments(words: string[], options: Options): Typed {
  const config = Object.entries(options).map(([name, { value }]) => {
    return [name, { type: value ? 'string' : 'boolean' }] as const;
  });
  try {
    const { values, positionals } = parseArgs({
      args: words.map(withTwoDashes),
      options: Object.fromEntries(config) as ParseArgsOptionsConfig,
      allowPositionals: true,
    });
    return {
      operands: positionals,
      text: (name) => values[name] as string | undefined,
      isSet: (name) => values[name] === true,
    };
  } catch (error) {
    // What follows the first sentence tells of operands that begin with a dash.
    throw usage((error as Error).message.split('. ')[0] ?? '');
  }
}

/** Vault's own command line writes `-address`. */
function withTwoDashes(word: string): string {
  if (word === '-h') return '--help';
  return /^-[a-z]{2}/.test(word) ? `-${word}` : word;
}
