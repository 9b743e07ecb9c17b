/** The command that does what a plan has shown, for a hint to copy. */

import type { Options, Typed } from './arguments.ts';
import { quoted } from './quoted.ts';

/**
 * Repeats all given options that the command has, so that it does what the plan has shown.
 * @param options of the command; `--dry-run` is left out
 */
export function plannedCommand(
  name: string,
  operands: readonly string[],
  typed: Typed,
  { 'dry-run': _dryRun, ...options }: Options,
): string {
  const given = Object.entries(options).flatMap(([option, { value, isList }]) => {
    if (!value) return typed.isSet(option) ? [`--${option}`] : [];
    const texts = isList ? typed.list(option) : [typed.text(option) ?? []].flat();
    return texts.map((text) => `--${option} ${quoted(text)}`);
  });
  return [name, ...operands.map(quoted), ...given].join(' ');
}
