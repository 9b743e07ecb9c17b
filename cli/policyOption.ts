/** What moves are to do with policy rules that name the mounts (docs/migrations.md). */

import type { Options, Typed } from './arguments.ts';

export const POLICIES_OPTION = {
  policies: {
    value: 'keep|add|follow',
    help: 'policy rules that name a mount stay, get one for the target beside them, or its path; default keep',
  },
} as const satisfies Options;

/** Of a schedule, whose own policies `--policies` names. */
export const MOVE_POLICIES_OPTION = { 'move-policies': POLICIES_OPTION.policies } as const satisfies Options;

/** Of an undo. */
export const RESTORE_OPTION = {
  policies: {
    value: 'restore|keep',
    help: 'policies that the migration or the run has changed get their texts back, or stay; default restore',
  },
} as const satisfies Options;

/** The field of a request for moves, or for their undo. */
export function policiesField(typed: Typed): { policies?: string } {
  const policies = typed.text('policies');
  return policies === undefined ? {} : { policies };
}
