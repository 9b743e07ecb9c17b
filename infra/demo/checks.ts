/** The checks of the demo. Each prints a line with the expected and the seen value, and is counted. */

import { isDeepStrictEqual } from 'node:util';
import type { Screen } from './screen.ts';

export interface Checks {
  /** Checks that `seen` equals `expected`. */
  same(what: string, expected: unknown, seen: unknown): void;
  /** Checks that `seen` is at most `limit`. */
  atMost(what: string, limit: number, seen: number, unit?: string): void;
  /** The checks that failed, one line each. */
  failed: string[];
  passed(): number;
}

const SHOWN_CHARACTERS = 120;

export function createChecks({ line, style }: Screen): Checks {
  const failed: string[] = [];
  let passed = 0;

  function note(what: string, holds: boolean, expected: string, seen: string): void {
    if (holds) passed++;
    else failed.push(`${what}: expected ${expected}, saw ${seen}`);
    const mark = holds ? style('green', '✓') : style('red', '✗');
    const asExpected = expected === seen ? style('dim', ', as expected') : `, expected ${expected}`;
    line(`  ${mark} ${what}: ${seen}${asExpected}`);
  }

  return {
    same: (what, expected, seen) =>
      note(what, isDeepStrictEqual(seen, expected), oneLine(expected), oneLine(seen)),
    atMost: (what, limit, seen, unit = '') =>
      note(what, seen <= limit, `at most ${limit}${unit}`, `${round(seen)}${unit}`),
    failed,
    passed: () => passed,
  };
}

/** The value as one short line. */
export function oneLine(value: unknown): string {
  if (Array.isArray(value) && value.length === 0) return 'none';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
