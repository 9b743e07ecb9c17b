/** What a move is to do with policy rules that name the mount (docs/migrations.md). */

import type { Options, Typed } from './arguments.ts';
import { usage } from './errors.ts';

export const POLICIES_OPTION = {
  policies: {
    value: 'keep|add|follow',
    help: 'policy rules that name the mount stay, get one for the target beside them, or its path; default keep',
  },
} as const satisfies Options;

/** Of an undo. */
export const RESTORE_OPTION = {
  policies: {
    value: 'restore|keep',
    help: 'policies that the migration has changed get their texts back, or stay; default restore',
  },
} as const satisfies Options;

/** The field of a request for one move, or for its undo. */
export function policiesField(typed: Typed): { policies?: string } {
  const policies = typed.text('policies');
  return policies === undefined ? {} : { policies };
}

/** @throws CommandError if the option is given where many moves are planned */
export function refusePolicies(typed: Typed): void {
  if (typed.text('policies') !== undefined)
    throw usage('--policies is for the plan of one move without --out');
}
