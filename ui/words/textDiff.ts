/** Two texts side by side, line by line: what differs, with a few lines around it. Pure. */

import { diffArrays } from 'diff';

/** A line of each text; absent on the side that has none. */
export interface DiffRow {
  before?: string;
  after?: string;
  isSame: boolean;
}

/** Equal lines that are kept around a difference. */
const CONTEXT = 3;

/** @returns the rows in their order; nothing in the place of equal lines that are left out */
export function sideBySide(before: string, after: string): (DiffRow | undefined)[] {
  const rows = rowsOf(linesOf(before), linesOf(after));
  const isNear = rows.map((_, i) =>
    rows.slice(Math.max(0, i - CONTEXT), i + CONTEXT + 1).some(({ isSame }) => !isSame),
  );
  return rows.flatMap((row, i) => {
    if (isNear[i]) return [row];
    return i === 0 || isNear[i - 1] ? [undefined] : [];
  });
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Lines that were replaced stand beside those that replace them. */
function rowsOf(before: string[], after: string[]): DiffRow[] {
  const rows: DiffRow[] = [];
  let removed: string[] = [];
  for (const part of [...diffArrays(before, after), { value: [], added: false, removed: false }]) {
    if (part.removed) {
      removed = part.value;
      continue;
    }
    const added = part.added ? part.value : [];
    for (let i = 0; i < Math.max(removed.length, added.length); i++) {
      const [old, now] = [removed[i], added[i]];
      rows.push({
        ...(old !== undefined && { before: old }),
        ...(now !== undefined && { after: now }),
        isSame: false,
      });
    }
    removed = [];
    if (!part.added) rows.push(...part.value.map((line) => ({ before: line, after: line, isSame: true })));
  }
  return rows;
}
