/** The cost of one move of a mount that has issued nothing. */

import { type Calls, totalOf } from '../countingProxy.ts';
import { startMove } from '../migration.ts';
import type { Lab } from './lab.ts';

/** From the POST to the end of the workflow, without the polls of the status. */
export interface Cost {
  /** The id of the migration. */
  id: string;
  ms: number;
  dynamodb: Calls;
  transitions: number;
}

export async function costOfMove(
  { root, proxy, transitionsOf }: Lab,
  from: string,
  to: string,
): Promise<Cost> {
  proxy.take();
  const startedAt = performance.now();
  const id = await startMove(root, { from, to });
  const transitions = await transitionsOf(id);
  const ms = performance.now() - startedAt;
  const dynamodb = proxy.take();
  const { status } = (await root.read(`sys/remount/status/${id}`)).data.migration_info;
  if (status !== 'success') throw new Error(`the move of ${from} ended in ${status}`);
  return { id, ms, dynamodb, transitions };
}

/** Calls and transitions as one text. Moves with the same cost have the same text. */
export function callsOf({ dynamodb, transitions }: Omit<Cost, 'id' | 'ms'>): string {
  const calls = Object.entries(dynamodb).sort();
  const each = calls.map(([operation, count]) => `${count} ${operation}`).join(', ');
  return `${totalOf(dynamodb)} DynamoDB calls (${each}), ${transitions} transitions`;
}

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}
