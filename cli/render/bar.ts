/** A line of progress: a title, a bar if there is room, and words. */

const MAX_CELLS = 30;
const MIN_CELLS = 8;

/**
 * @param share between 0 and 1; undefined if it is unknown
 * @param width of the terminal; undefined if there is none, and then there is no bar
 */
export function progressLine(
  title: string,
  share: number | undefined,
  words: string,
  width: number | undefined,
): string {
  if (width === undefined) return `${title}: ${words}`;
  const percent = share === undefined ? '' : `${Math.floor(share * 100)} %`.padStart(5);
  const cells = Math.min(MAX_CELLS, width - title.length - percent.length - words.length - 8);
  if (share === undefined || cells < MIN_CELLS)
    return [title, percent.trim(), words].filter(Boolean).join('  ');
  const full = Math.floor(share * cells);
  return `${title}  [${'█'.repeat(full)}${'░'.repeat(cells - full)}] ${percent}  ${words}`;
}
