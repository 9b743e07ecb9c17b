/** What a bulk run is refused with, beside what a single move is (remount/errors.ts). */

import { goQuote, refusal, silent, VaultError } from '../http/errors.ts';
import { MAX_BULK_CONCURRENCY, MAX_BULK_MOVES } from '../limits.ts';
import type { Problem } from './plan.ts';

/** Every row that cannot be carried out, each with its number. */
export function unplannable(problems: Problem[]): VaultError {
  return new VaultError(
    400,
    problems.map(({ row, message }) => `row ${row}: ${message}`),
  );
}

export function sameMount(row: number): VaultError {
  return refusal(`row ${row} moves the same mount`);
}

export function sameTarget(row: number): VaultError {
  return refusal(`row ${row} has the same target`);
}

/** @param target that of the other row */
export function insideOtherTarget(row: number, target: string): VaultError {
  return refusal(`the target lies in that of row ${row}, ${goQuote(target)}`);
}

export function cycleTooLarge(moves: number, writes: number): VaultError {
  const what = `a cycle of ${moves} moves has to be one transaction, and would be one of ${writes} writes`;
  return refusal(`${what}; at most 99 fit`);
}

/** @param fitting how many of them would fit */
export function atomicTooLarge(moves: number, writes: number, fitting: number): VaultError {
  const what = `${moves} moves are ${writes} writes, and an atomic run may have 99`;
  return refusal(`${what}: the first ${fitting} of them fit`);
}

export function oneSourceOfMoves(): VaultError {
  return refusal("one of 'moves', 'rules' and 'csv' must be specified");
}

/** A refusal that is none to a schedule, which may well come in vain. */
export class NothingToMove extends VaultError {}

export function noMoves(): NothingToMove {
  return new NothingToMove(400, ['there is nothing to move']);
}

export function tooManyMoves(): VaultError {
  return refusal(`a bulk run has at most ${MAX_BULK_MOVES} moves`);
}

/** @param field the name of it */
export function notAList(field: 'moves' | 'rules'): VaultError {
  return refusal(`'${field}' must be a list of objects with 'from' and 'to'`);
}

export function csvHeader(): VaultError {
  return refusal("the first line of the CSV must be 'from,to'");
}

/** @param record its number, without the header */
export function csvRecord(record: number): VaultError {
  return refusal(`record ${record} of the CSV does not have two fields`);
}

export function csvQuotes(record: number): VaultError {
  return refusal(`record ${record} of the CSV has a quote that is not closed, or text beside quotes`);
}

export function rulePaths(rule: number): VaultError {
  return refusal(`rule ${rule} needs both 'from' and 'to'`);
}

export function ruleWildcards(rule: number): VaultError {
  return refusal(
    `rule ${rule}: 'from' and 'to' must have the same wildcards in the same order, and '*' at the end only`,
  );
}

export function ruleWithoutMount(rule: number, from: string): VaultError {
  return refusal(`rule ${rule} matches no mount: ${goQuote(from)}`);
}

export function concurrencyOutOfRange(): VaultError {
  return refusal(`max_concurrency is a number from 1 to ${MAX_BULK_CONCURRENCY}`);
}

export function toleranceUnreadable(): VaultError {
  return refusal('tolerated_failures is a number, or a percentage such as "10%"');
}

export function runGoesOn(): VaultError {
  return new VaultError(409, ['the bulk run is still in progress']);
}

export function runHasEnded(id: string): VaultError {
  return new VaultError(409, [`the bulk run has ended; sys/remount/bulk/undo/${id} takes it back`]);
}

export function nothingToUndo(): VaultError {
  return refusal('no move of the bulk run has succeeded');
}

export function noSuchRun(): VaultError {
  return silent(404);
}

export function formatUnknown(formats: string[]): VaultError {
  return refusal(`format is one of ${formats.join(', ')}`);
}
