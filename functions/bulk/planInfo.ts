/** What a dry run tells of the plan. Pure. */

import type { PlanInfo } from './answers.ts';
import type { Plan, PlannedMove } from './plan.ts';

/** Seconds that one transaction takes, about, with all that is read and written around it. */
const SECONDS_PER_GROUP = 0.05;

export function planInfo({ chunks, problems }: Plan, maxConcurrency: number): PlanInfo {
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

function moveInfo({
  row,
  chunk,
  group,
  knot,
  mount,
  source,
  target,
}: PlannedMove): PlanInfo['moves'][number] {
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
