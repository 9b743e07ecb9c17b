/** What a command is: what is typed behind its name, what the help says of it, and what it does. */

import type { Service } from './api/service.ts';
import type { Options, Typed } from './arguments.ts';
import type { ExitCode } from './errors.ts';
import type { Output } from './output.ts';

export interface Command {
  /** Names of what must be typed behind it, such as `FROM`. */
  operands: readonly string[];
  /** One sentence. */
  summary: string;
  options: Options;
  /** Stands behind `Error ` when it fails: `moving secret/ to x/`. */
  doing(operands: readonly string[]): string;
  /** Rejects with a `CommandError` when there is something else to say than the exit code. */
  run(context: Context, typed: Typed): Promise<ExitCode>;
}

export interface Context {
  service: Service;
  output: Output;
  format: 'table' | 'json';
  /** What to type to go on: `npx remount undo …`, with the options that lead to the same service. */
  hint(words: string): string;
  /** What to say should the command end before its work does, because of Ctrl-C or an error. */
  leaveWord(text: string): void;
}

export const REASON_OPTION = {
  reason: { value: 'TEXT', help: 'why; kept with the record' },
} as const satisfies Options;

/** Of the commands that start something which goes on by itself. */
export const START_OPTIONS = {
  ...REASON_OPTION,
  'idempotency-key': {
    value: 'KEY',
    help: 'the same key has the effect of one for 30 days; made anew when not given',
  },
  'no-wait': { help: 'ends when it is accepted, and tells its id' },
} as const satisfies Options;
