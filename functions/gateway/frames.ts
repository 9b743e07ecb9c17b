/** Where an error came from, without its message, which may quote what was sent or stored (R9). */

import { MAX_STACK_FRAMES } from '../limits.ts';
export function frames(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { message, stack = '' } = error;
  // The message comes first in a stack, and may have lines that look like calls.
  const start = stack.indexOf(message);
  if (start < 0) return [];
  const lines = stack.slice(start + message.length).split('\n');
  return lines.filter((line) => /^\s+at /.test(line)).slice(0, MAX_STACK_FRAMES);
}
