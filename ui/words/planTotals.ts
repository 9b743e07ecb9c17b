/** What the moves of a run would end and touch, added up. Pure. */

import type { PlanInfo } from '../../functions/bulk/answers.ts';
import { csvLine } from '../../functions/bulk/csvLine.ts';
import type { Preview } from '../../functions/remount/answers.ts';

type PlannedMove = PlanInfo['moves'][number];

/** What is known of single moves, by row. */
type Previews = ReadonlyMap<number, Pick<Preview, 'revokes' | 'policies' | 'hidden_policy_rules'>>;

export interface PlanTotals {
  /** That mounts leave or come into. */
  namespaces: number;
  leases: number;
  /** Rules that would no longer match, each once, and the policies that they are in, as far as they may be read. */
  rules: number;
  policies: number;
  /** Moves that the last three numbers are of. */
  counted: number;
}

export function totalsOf(moves: PlannedMove[], previews: Previews): PlanTotals {
  const rules = new Set<string>();
  const policies = new Set<string>();
  let hidden = 0;
  for (const { policies: found, hidden_policy_rules } of previews.values()) {
    for (const { namespace, policy, path } of found) {
      rules.add(JSON.stringify([namespace, policy, path]));
      policies.add(JSON.stringify([namespace, policy]));
    }
    for (const number of Object.values(hidden_policy_rules)) hidden += number;
  }
  return {
    namespaces: new Set(moves.flatMap((move) => [move.source_namespace, move.target_namespace])).size,
    leases: moves.reduce((sum, move) => sum + (leasesOf(move, previews) ?? 0), 0),
    rules: rules.size + hidden,
    policies: policies.size,
    counted: previews.size,
  };
}

/** @returns undefined if they were not counted */
export function leasesOf(move: PlannedMove, previews: Previews): number | undefined {
  return move.leases ?? previews.get(move.row)?.revokes.total ?? (move.has_issued ? undefined : 0);
}

/** @returns undefined if they were not counted */
export function rulesOf({ row }: PlannedMove, previews: Previews): number | undefined {
  const preview = previews.get(row);
  if (!preview) return undefined;
  return Object.values(preview.hidden_policy_rules).reduce(
    (sum, number) => sum + number,
    preview.policies.length,
  );
}

const HEADER = [
  'row',
  'from',
  'to',
  'source_namespace',
  'target_namespace',
  'transaction',
  'leases',
  'rules',
];

/**
 * The plan as a file. The service takes it as the list of another run: it reads the columns `from` and `to`.
 * @param namespace of the session, which these are relative to
 */
export function planAsCsv(moves: PlannedMove[], previews: Previews, namespace: string): string {
  const lines = moves.map((move) => [
    `${move.row}`,
    move.source_mount.slice(namespace.length),
    move.target_mount.slice(namespace.length),
    move.source_namespace,
    move.target_namespace,
    `${move.chunk + 1}.${move.group + 1}`,
    `${leasesOf(move, previews) ?? ''}`,
    `${rulesOf(move, previews) ?? ''}`,
  ]);
  return [HEADER, ...lines].map(csvLine).join('');
}

/** The plan with what is known of each move. */
export function planAsJson(plan: PlanInfo, previews: Previews): string {
  const moves = plan.moves.map((move) => ({ ...move, ...previews.get(move.row) }));
  return `${JSON.stringify({ ...plan, moves }, null, 2)}\n`;
}
