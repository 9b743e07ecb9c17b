/** Lists of the tests that people edit: a line an entry, with ` | ` between its columns. Pure. */

/**
 * @param columns how many each line must have
 * @throws Error for a line with another number
 */
export function rowsOf(text: string, columns: number): string[][] {
  return text
    .trim()
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const cells = line.split(' | ');
      if (cells.length !== columns)
        throw new Error(`a line has ${cells.length} columns, not ${columns}: ${line}`);
      return cells;
    });
}

/** @param text in which `*` stands for any text */
export function patternOf(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
