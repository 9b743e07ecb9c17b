/** What a request asks for of policies. Pure. */

import { refusal } from '../http/errors.ts';

/** What becomes of the rules that a move makes useless: they stay, get one for the target beside them, or its path. */
export type PolicyMode = 'keep' | 'add' | 'follow';

/** What an undo does with the policies that the migration has changed. */
export type UndoMode = 'restore' | 'keep';

const MODES = ['keep', 'add', 'follow'] as const satisfies PolicyMode[];
const UNDO_MODES = ['restore', 'keep'] as const satisfies UndoMode[];

/**
 * @param field that it was sent in, which an error names
 * @throws VaultError 400 for another word
 */
export function readPolicyMode(given: string | undefined, field = 'policies'): PolicyMode {
  return oneOf(MODES, given || 'keep', field);
}

/**
 * What an undo is to do with the policies that the migration has changed.
 * @throws VaultError 400 for another word
 */
export function readUndoMode(given: string | undefined): UndoMode {
  return oneOf(UNDO_MODES, given || 'restore', 'policies');
}

function oneOf<Mode extends string>(modes: readonly Mode[], given: string, field: string): Mode {
  const mode = modes.find((one) => one === given);
  if (mode === undefined) throw refusal(`${field} is one of ${modes.map((one) => `"${one}"`).join(', ')}`);
  return mode;
}
