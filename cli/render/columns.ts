/** Rows of cells as aligned lines. */

import { printable } from '../output.ts';

/** Cells are not made narrower than this. */
const LEAST_WIDTH = 12;
const GAP = '  ';

/**
 * Columns are as wide as their widest cell.
 * @param width of the terminal: the widest cells are shortened until the lines fit; then the last columns are left out.
 *   Without a width, no cell is shortened, so that lines can be searched
 * @param whole the columns that are never shortened, such as those of ids and times
 */
export function columns(
  rows: readonly (readonly string[])[],
  width?: number,
  whole: readonly number[] = [0],
): string[] {
  const cells = rows.map((row) => row.map((cell) => printable(cell).replaceAll('\n', ' ')));
  const natural: number[] = [];
  for (const row of cells) {
    for (const [i, cell] of row.entries()) natural[i] = Math.max(natural[i] ?? 0, cell.length);
  }
  const widths = width === undefined ? natural : fitted(natural, width, whole);
  return cells.map((row) => {
    const shown = row.slice(0, widths.length).map((cell, i) => shortened(cell, widths[i] ?? 0));
    return shown
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join(GAP)
      .trimEnd();
  });
}

/** The widths with which the columns fit, of as many of them as there is room for. */
function fitted(natural: readonly number[], width: number, whole: readonly number[]): number[] {
  const room = width - GAP.length * (natural.length - 1);
  const widths = [...natural];
  let excess = widths.reduce((sum, one) => sum + one, 0) - room;
  while (excess > 0) {
    const ofEach = widths.map((one, i) => (whole.includes(i) ? 0 : one));
    const widest = Math.max(...ofEach);
    if (widest <= LEAST_WIDTH) break;
    widths[ofEach.indexOf(widest)] = widest - 1;
    excess--;
  }
  return excess > 0 && natural.length > 2 ? fitted(natural.slice(0, -1), width, whole) : widths;
}

/** A path tells most by its first and its last part, another text by its beginning. */
function shortened(text: string, width: number): string {
  if (text.length <= width) return text;
  const head = text.includes('/') ? Math.ceil((width - 1) / 2) : width - 1;
  return `${text.slice(0, head)}…${text.slice(text.length - (width - 1 - head))}`;
}
