/** What a dry run tells of the plan. Pure. */

import type { Shape } from '../http/shape.ts';
import type { Plan, PlannedMove } from './plan.ts';

/** Seconds that one transaction takes, about, with all that is read and written around it. */
const SECONDS_PER_GROUP = 0.05;

export const PLAN = {
  dry_run: 'bool',
  'undo_of?': 'string',
  total: 'int',
  transactions: 'int',
  chunks: 'int',
  estimated_seconds: 'int',
  moves: [
    {
      row: 'int',
      source_mount: 'string',
      target_mount: 'string',
      chunk: 'int',
      group: 'int',
      knot: 'int',
      has_issued: 'bool',
    },
  ],
  problems: [{ row: 'int', from: 'string', to: 'string', message: 'string' }],
} as const satisfies Shape;

export function planInfo({ chunks, problems }: Plan, maxConcurrency: number): Record<string, unknown> {
  const moves = chunks.flat().sort((a, b) => a.row - b.row);
  const groups = chunks.map((chunk) => new Set(chunk.map(({ group }) => group)).size);
  const transactions = groups.reduce((sum, count) => sum + count, 0);
  const longest = Math.max(0, ...groups, transactions / maxConcurrency);
  return {
    dry_run: true,
    total: moves.length,
    transactions,
    chunks: chunks.length,
    estimated_seconds: Math.ceil(longest * SECONDS_PER_GROUP),
    moves: moves.map(moveInfo),
    problems: problems.map(({ row, from, to, message }) => ({ row, from, to, message })),
  };
}

function moveInfo({ row, chunk, group, knot, mount, source, target }: PlannedMove): Record<string, unknown> {
  return {
    row,
    source_mount: source.namespace.path + source.path,
    target_mount: target.namespace.path + target.path,
    chunk,
    group,
    knot,
    has_issued: mount.issued,
  };
}
