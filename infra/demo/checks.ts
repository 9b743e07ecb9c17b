/** The checks of the demo: each a line with what was expected and seen, all of them counted. */

import { isDeepStrictEqual } from 'node:util';
import type { Screen } from './screen.ts';

export interface Checks {
  /** Whether `seen` is just what was expected. */
  same(what: string, expected: unknown, seen: unknown): void;
  /** Whether a number is not above its limit. */
  atMost(what: string, limit: number, seen: number, unit?: string): void;
  /** What did not hold. */
  failed: string[];
  held(): number;
}

const SHOWN_CHARACTERS = 120;

export function createChecks({ line, style }: Screen): Checks {
  const failed: string[] = [];
  let held = 0;

  function note(what: string, holds: boolean, expected: string, seen: string): void {
    if (holds) held++;
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
    held: () => held,
  };
}

/** One line, however large the value. */
export function oneLine(value: unknown): string {
  if (Array.isArray(value) && value.length === 0) return 'none';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? 'nothing');
  return text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text;
}

function round(value: number): number {
  return Math.round(value * 1_000) / 1_000;
}
