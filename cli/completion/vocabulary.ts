/** The words that a shell completes, from the same rows as the help and the parser of command lines. */

import type { Options } from '../arguments.ts';
import type { Commands } from '../findCommand.ts';

/** What may follow an option or be an operand: nothing in particular, files, or some words. */
export type Values = 'any' | 'file' | readonly string[];

export interface Flag {
  /** With its dashes. */
  name: string;
  help: string;
  /** Undefined for a switch. */
  values: Values | undefined;
}

export interface Verb {
  /** One word, or two for a command of a group. */
  name: string;
  summary: string;
  flags: Flag[];
  takesFiles: boolean;
}

export interface Vocabulary {
  verbs: Verb[];
  /** The options that stand before the command, too. */
  common: Flag[];
}

/** @param common the options of every command */
export function vocabularyOf(commands: Commands, common: Options): Vocabulary {
  const verbs = Object.entries(commands).map(([name, { summary, options, operands }]) => {
    const takesFiles = operands.some((operand) => operand.includes('FILE'));
    return { name, summary, flags: flagsOf({ ...options, ...common }), takesFiles };
  });
  return { verbs, common: flagsOf(common) };
}

function flagsOf(options: Options): Flag[] {
  return Object.entries(options).map(([name, { value, help }]) => {
    return { name: `--${name}`, help, values: value === undefined ? undefined : valuesOf(value) };
  });
}

/** The name of a value in the help says what it may be. */
function valuesOf(value: string): Values {
  if (value === 'FILE') return 'file';
  return /^[a-z-]+(\|[a-z-]+)*$/.test(value) ? value.split('|') : 'any';
}

/** The words that may come first: commands, and groups of them. */
export function firstWords({ verbs }: Vocabulary): string[] {
  return [...new Set(verbs.map(({ name }) => name.split(' ')[0] ?? ''))];
}

/** The second words of each group. */
export function groupsOf({ verbs }: Vocabulary): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const { name } of verbs) {
    const [group = '', verb] = name.split(' ');
    if (verb !== undefined) groups.set(group, [...(groups.get(group) ?? []), verb]);
  }
  return groups;
}

/** The first words of groups that are no commands themselves. */
export function groupsOnly(vocabulary: Vocabulary): string[] {
  return [...groupsOf(vocabulary).keys()].filter((group) =>
    vocabulary.verbs.every(({ name }) => name !== group),
  );
}

/** All options of all commands, each once. */
export function allFlags({ verbs, common }: Vocabulary): Flag[] {
  const flags = [...verbs.flatMap(({ flags }) => flags), ...common];
  return [...new Map(flags.map((flag) => [flag.name, flag])).values()];
}

/** A text in single quotes, as all shells read it. Shells write a quote within them in different ways. */
export function inQuotes(text: string): string {
  return `'${text.replaceAll("'", '’')}'`;
}
