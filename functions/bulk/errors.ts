/** What a bulk run is refused with in more than one place. */

import { refusal, VaultError } from '../http/errors.ts';
import { MAX_BULK_MOVES } from '../limits.ts';
import type { Problem } from './plan.ts';

/** A request is refused with this. For a schedule it is no failure, because its rules may match nothing at times. */
export class NothingToMove extends VaultError {
  constructor() {
    super(400, ['there is nothing to move']);
  }
}

/** All problems of the rows of a run. */
export function refusedRows(problems: Pick<Problem, 'row' | 'message'>[]): VaultError {
  const texts = problems.map(({ row, message }) => `row ${row}: ${message}`);
  return new VaultError(400, texts);
}

export function tooManyMoves(): VaultError {
  return refusal(`a bulk run has at most ${MAX_BULK_MOVES} moves`);
}
