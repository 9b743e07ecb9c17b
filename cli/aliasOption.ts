/** For how long the old path of a mount goes on answering after a move (docs/aliases.md). */

import type { Options, Typed } from './arguments.ts';
import { usage } from './errors.ts';

export const ALIAS_OPTION = {
  'alias-ttl': {
    value: 'DURATION',
    help: 'for how long the old path goes on answering, such as 720h or 30d; default not at all',
  },
} as const satisfies Options;

/** The field of a request for one move. */
export function aliasField(typed: Typed): { alias_ttl?: string } {
  const ttl = typed.text('alias-ttl');
  return ttl === undefined ? {} : { alias_ttl: ttl };
}

/** @throws CommandError if the option is given where many moves are planned */
export function refuseAlias(typed: Typed): void {
  if (typed.text('alias-ttl') !== undefined)
    throw usage('--alias-ttl is for the plan of one move without --out');
}
