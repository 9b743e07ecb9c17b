/** A command: its operands and options, its help, and what it does. */

import type { Service } from './api/service.ts';
import type { Options, Typed } from './arguments.ts';
import { type ExitCode, usage } from './errors.ts';
import type { Output } from './output.ts';

export interface Command {
  /** Names of the operands, such as `FROM`; those that may be left out, in brackets. */
  operands: readonly string[];
  /** One sentence. */
  summary: string;
  options: Options;
  /** The text after `Error ` in a failure: `moving secret/ to x/`. */
  doing(operands: readonly string[]): string;
  /** Rejects with a `CommandError` if the failure has a message. */
  run(context: Context, typed: Typed): Promise<ExitCode>;
}

export interface Context {
  service: Service;
  output: Output;
  format: 'table' | 'json';
  /** A command to continue with: `npx remount undo …`, with the options for the same service. */
  hint(words: string): string;
  /** Sets the text to print if the command ends early, because of Ctrl-C or an error. */
  leaveWord(text: string): void;
}

export const REASON_OPTION = {
  reason: { value: 'TEXT', help: 'the reason, stored with the record' },
} as const satisfies Options;

/** Options of the commands that start a migration or a bulk run. */
export const START_OPTIONS = {
  ...REASON_OPTION,
  'idempotency-key': {
    value: 'KEY',
    help: 'requests with the same key take effect once in 30 days; random by default',
  },
  'no-wait': { help: 'prints the id and does not wait for the end' },
} as const satisfies Options;

const DEFAULT_LIMIT = 50;

/** Of the commands that list. */
export const LIMIT_OPTION = {
  limit: { value: 'NUMBER', help: `how many at most; ${DEFAULT_LIMIT} by default` },
} as const satisfies Options;

/** @throws CommandError if it is no number */
export function readLimit(typed: Typed): number {
  const text = typed.text('limit') ?? String(DEFAULT_LIMIT);
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw usage('--limit must be a number from 1 to 999999');
}
