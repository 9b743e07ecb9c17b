/** The file that says what a bulk run shall move: CSV, or JSON with the fields of the request. */

import { readFileSync } from 'node:fs';
import { fileUnreadable, notJson } from '../errors.ts';

/** The fields that say which mounts are moved; a file of JSON may have all others too. */
export type RunBody = Record<string, unknown>;

/**
 * @param file `-` is the standard input
 * @throws CommandError when it cannot be read, or begins as JSON and is none; what is in it is for the service to check
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

/** @throws CommandError when the file cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(file === '-' ? process.stdin.fd : file, 'utf8');
  } catch (error) {
    throw fileUnreadable(file, (error as NodeJS.ErrnoException).code ?? 'for an unknown reason');
  }
}
