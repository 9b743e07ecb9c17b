/**
 * The checks of a bulk plan, pure. Each row gets the checks of a single move. Then all rows are checked against each
 * other, and against the mounts that stay where they are. One pass finds every problem.
 */

import { goQuote, refusal, VaultError } from '../http/errors.ts';
import { checkAnywhere } from '../remount/checkAnywhere.ts';
import { movedOn, pathInUse } from '../remount/errors.ts';
import { checkTyped, type Move, planMove, type Typed } from '../remount/planMove.ts';
import { ownAlias } from '../tree/alias.ts';
import { ancestors, mountPath } from '../tree/path.ts';
import { endId, type FoundRow, type Problem, placeId, type Row, type RowMove, type Tree } from './plan.ts';

/** The result of a check: what it has made of a good row, or the problem. */
type Checked<Good> = { good: Good } | { problem: Problem };

/** Checks 1 to 3 of a single move (contract §1.1). */
export function checkPaths({ row, from, to }: Row): Checked<Typed> {
  return checked({ row, from: from ?? '', to: to ?? '' }, () => checkTyped(from, to));
}

/** Checks 1 to 3, and those that hold whatever is mounted. */
export function checkRowAnywhere({ row, from, to }: Row): Checked<Typed & Pick<Row, 'row'>> {
  return checked({ row, from: from ?? '', to: to ?? '' }, () => {
    const typed = checkTyped(from, to);
    checkAnywhere(typed);
    return { row, ...typed };
  });
}

/**
 * Checks 4 to 13 of a single move (contract §1.1), except whether anything else uses the target: that depends on the other
 * rows, see {@link findConflicts}.
 * @param refused tells why a move that passed them is refused all the same
 */
export function checkRow(
  found: FoundRow,
  refused: (move: Move) => VaultError | undefined = () => undefined,
): Checked<RowMove> {
  const { row, from, to, only, undoOf, source, target, mount } = found;
  return checked(found, () => {
    if (only && !isOnly(found, only)) throw changed(found);
    // A row is found without aliases, so nothing is told of where one leads.
    const move = planMove({ from, to }, { ...source, ...(mount && { mount }) }, target, source.namespace);
    const error = refused(move);
    if (error) throw error;
    return { row, ...move, ...(only && { only }), ...(undoOf && { undoOf }) };
  });
}

/** Since the migration that the row undoes, or since the plan. */
function changed({ source, undoOf }: FoundRow): VaultError {
  const path = source.namespace.path + mountPath(source.path);
  if (undoOf) return movedOn(path);
  const what = `the mount at ${goQuote(path)}, or the namespace of its target`;
  return refusal(`${what}, is another one than in the plan, or was moved since; plan it again`);
}

function isOnly({ mount, target }: FoundRow, only: NonNullable<FoundRow['only']>): boolean {
  const { mountUuid, generation, targetNamespaceId } = only;
  const isMount = mount?.uuid === mountUuid && mount.generation === generation;
  return isMount && target.namespace.id === targetNamespaceId;
}

function checked<Good>(row: Pick<Problem, 'row' | 'from' | 'to'>, check: () => Good): Checked<Good> {
  try {
    return { good: check() };
  } catch (error) {
    if (!(error instanceof VaultError)) throw error;
    return { problem: problemOf(row, error) };
  }
}

function problemOf({ row, from, to }: Pick<Problem, 'row' | 'from' | 'to'>, { errors }: VaultError): Problem {
  return { row, from, to, message: errors[0] ?? '' };
}

/**
 * Finds moves that exclude each other, and moves whose target is in use.
 * @param moves in the order of their rows
 * @returns at most one problem for each move
 */
export function findConflicts(moves: RowMove[], tree: Tree): Problem[] {
  const rivalries = findRivalries(moves);
  const sources = new Set(moves.map(({ source }) => endId(source)));
  const leaving = countBelow(moves);
  return moves.flatMap((move) => {
    const { source, target } = move;
    const error = rivalries.get(move.row) ?? occupied(move, tree, sources);
    const typed = { row: move.row, from: fullPath(source), to: fullPath(target) };
    if (error) return [problemOf(typed, error)];
    if (stayingBelow(move, tree, leaving) <= 0) return [];
    return [{ ...problemOf(typed, pathInUse(fullPath(target))), below: target }];
  });
}

type RowEnds = Pick<RowMove, 'row' | 'source' | 'target'>;

/**
 * Finds moves that exclude each other, whatever is mounted.
 * @returns what is wrong with a row, by its number
 */
export function findRivalries(moves: RowEnds[]): Map<number, VaultError> {
  const sources = firstOf(moves, ({ source }) => endId(source));
  const targets = firstOf(moves, ({ target }) => endId(target));
  const found = new Map<number, VaultError>();
  for (const move of moves) {
    const twin = sources.get(endId(move.source));
    const rival = targets.get(endId(move.target));
    const outer = aboveTarget(move).map((place) => targets.get(place));
    const around = outer.find((other) => other !== undefined);
    const error =
      (twin && twin !== move && refusal(`row ${twin.row} moves the same mount`)) ||
      (rival && rival !== move && refusal(`row ${rival.row} has the same target`)) ||
      (around &&
        refusal(`the target lies in that of row ${around.row}, ${goQuote(fullPath(around.target))}`));
    if (error) found.set(move.row, error);
  }
  return found;
}

/** The first move of each place. */
function firstOf(moves: RowEnds[], place: (move: RowEnds) => string): Map<string, RowEnds> {
  return new Map(moves.toReversed().map((move) => [place(move), move]));
}

/** How many mounts leave from below each place. */
function countBelow(moves: RowMove[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { source } of moves) {
    for (const path of ancestors(source.path)) {
      const place = placeId(source.namespace.id, path);
      counts.set(place, (counts.get(place) ?? 0) + 1);
    }
  }
  return counts;
}

function aboveTarget({ target }: RowEnds): string[] {
  return ancestors(target.path).map((path) => placeId(target.namespace.id, path));
}

/** Whether a mount, an alias or a namespace at the target or above it stays. */
function occupied({ target, mount }: RowMove, tree: Tree, sources: Set<string>): VaultError | undefined {
  const { id } = target.namespace;
  const inTheWay = [...ancestors(target.path), target.path].find((path) => {
    const kind = tree(id, path)?.kind;
    const isBack = path === target.path && ownAlias(mount, { namespaceId: id, path }) !== undefined;
    return kind !== undefined && kind !== 'fork' && !isBack && !sources.has(placeId(id, path));
  });
  return inTheWay === undefined ? undefined : pathInUse(target.namespace.path + inTheWay);
}

/** How many mounts below the target stay. */
function stayingBelow({ target }: RowMove, tree: Tree, leaving: Map<string, number>): number {
  const fork = tree(target.namespace.id, target.path);
  if (fork?.kind !== 'fork') return 0;
  return (fork.count as number) - (leaving.get(endId(target)) ?? 0);
}

function fullPath({ namespace, path }: RowMove['source']): string {
  return namespace.path + path;
}
