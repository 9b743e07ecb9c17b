/** The options of a bulk run, and of what it moves: a file, rules on the command line, or the failed moves of another run. */

import { type RunBody, readPlanFile } from './api/planFile.ts';
import { readRows } from './api/rows.ts';
import type { Options, Typed } from './arguments.ts';
import type { Context } from './command.ts';
import { nothingFailed, ruleUnreadable, severalSelections, usage } from './errors.ts';
import { MOVE_OPTIONS, moveFields } from './moveOptions.ts';

const ONLY_RUN_OPTIONS = {
  atomic: { help: 'all or nothing, in one transaction' },
  'max-concurrency': { value: 'NUMBER', help: 'parts of the run that run in parallel' },
  'tolerated-failures': {
    value: 'NUMBER',
    help: 'how many moves may fail, or a percentage of all, before the rest is skipped',
  },
} as const satisfies Options;

export const RUN_OPTIONS = { ...ONLY_RUN_OPTIONS, ...MOVE_OPTIONS } as const satisfies Options;

export const RULE_OPTION = {
  rule: {
    value: 'FROM=TO',
    isList: true,
    help: 'moves what FROM matches, instead of FILE; wildcards as in policies; may be repeated',
  },
} as const satisfies Options;

export const SELECTION_OPTIONS = {
  ...RULE_OPTION,
  'failed-of': { value: 'RUN', help: 'moves what has failed in that bulk run, instead of FILE' },
} as const satisfies Options;

/** The fields of a request for the options that are given. They replace the same fields of a file. */
export function runFields(typed: Typed): RunBody {
  const fields = {
    atomic: typed.isSet('atomic') || undefined,
    max_concurrency: typed.text('max-concurrency'),
    tolerated_failures: typed.text('tolerated-failures'),
    ...moveFields(typed),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/**
 * The fields of a request that say what is moved, with those of the file.
 * @throws CommandError unless exactly one of the three is given, and can be read
 */
export async function readSelection({ service }: Context, typed: Typed, file?: string): Promise<RunBody> {
  const rules = typed.list('rule');
  const run = typed.text('failed-of');
  const given = [file !== undefined, rules.length > 0, run !== undefined].filter(Boolean).length;
  if (given !== 1) throw severalSelections();
  if (file !== undefined) return readPlanFile(file);
  if (run === undefined) return { rules: rules.map(readRule) };
  const failed = await readRows(service, run, 'failure');
  if (failed.length === 0) throw nothingFailed(run);
  const relative = (path: string) => path.slice(service.namespace.length);
  return {
    moves: failed.map(({ source_mount, target_mount }) => {
      return { from: relative(source_mount), to: relative(target_mount) };
    }),
  };
}

/** @throws CommandError if the options select something beside what the operands do */
export function refuseSelection(typed: Typed): void {
  if (typed.list('rule').length > 0 || typed.text('failed-of') !== undefined) throw severalSelections();
}

/** @throws CommandError if an option is given that means nothing for a single move */
export function refuseRunOptions(typed: Typed): void {
  const given = Object.keys(ONLY_RUN_OPTIONS).find(
    (name) => typed.isSet(name) || typed.text(name) !== undefined,
  );
  if (given !== undefined) throw usage(`--${given} is for many moves, or with --out`);
}

/** What is moved, in an error. */
export function selectionName(file?: string): string {
  if (file === undefined) return 'mounts';
  return `the mounts in ${file === '-' ? 'the standard input' : file}`;
}

function readRule(text: string): { from: string; to: string } {
  const [from, to, ...others] = text.split('=');
  if (!from || !to || others.length > 0) throw ruleUnreadable(text);
  return { from, to };
}
