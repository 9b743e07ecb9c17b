/**
 * Finds the command that a line names: by one word, or by two for the commands of a group, such as `schedule put`. The word of a
 * group may be a command itself, such as `aliases`: then a word behind it that names no command of the group is its operand.
 */

import { type Options, takeFirstOperand } from './arguments.ts';
import type { Command } from './command.ts';

export type Commands = Readonly<Record<string, Command>>;

/** @param options of which one may stand before or between the words */
export function findCommand(
  words: string[],
  commands: Commands,
  options: Options,
): { name: string | undefined; others: string[] } {
  const { first: name, others } = takeFirstOperand(words, options);
  if (name === undefined || Object.keys(ofGroup(name, commands)).length === 0) return { name, others };
  const { first: verb, others: rest } = takeFirstOperand(others, options);
  const ofBoth = `${name} ${verb}`;
  const isNamed = verb !== undefined && (Object.hasOwn(commands, ofBoth) || !Object.hasOwn(commands, name));
  return isNamed ? { name: ofBoth, others: rest } : { name, others };
}

/** The commands whose first word is that of a group; none if there is no such group. */
export function ofGroup(group: string, commands: Commands): Commands {
  return Object.fromEntries(Object.entries(commands).filter(([name]) => name.startsWith(`${group} `)));
}
