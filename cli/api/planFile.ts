/** The file with the moves of a bulk run: CSV, or JSON with the fields of the request. */

import { readFileSync } from 'node:fs';
import { fileUnreadable, notJson } from '../errors.ts';

/** The fields that select the mounts. A JSON file may have all other fields, too. */
export type RunBody = Record<string, unknown>;

/**
 * @param file `-` is the standard input
 * @throws CommandError if it cannot be read, or starts like JSON and is not valid. The service checks the content.
 */
export function readPlanFile(file: string): RunBody {
  const text = readText(file);
  if (!/^\s*[[{]/.test(text)) return { csv: text };
  try {
    const content = JSON.parse(text);
    return Array.isArray(content) ? { moves: content } : content;
  } catch (error) {
    throw notJson(file === '-' ? 'the standard input' : file, (error as Error).message);
  }
}

/** @throws CommandError if the file cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? process.stdin.fd : file, 'utf8');
  } catch (error) {
    throw fileUnreadable(file, (error as NodeJS.ErrnoException).code ?? 'for an unknown reason');
  }
}
