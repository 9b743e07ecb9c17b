/** One move in front of a cluster and one by the cluster itself, each from its POST to its end. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from '../../cluster/support/client.ts';

/** Between two looks at a status. A move by the cluster itself takes little longer. */
const LOOK_MS = 5;

export interface Timed {
  ms: number;
  // biome-ignore lint/suspicious/noExplicitAny: both servers say different things of a move that has ended
  info: any;
}

/**
 * @param client of the service, or of the cluster itself
 * @throws Error if the move does not succeed
 */
export async function timedMove(client: Client, from: string, to: string): Promise<Timed> {
  const startedAt = performance.now();
  const { body } = await client.must('POST', 'sys/remount', { from, to });
  const info = await ended(client, `sys/remount/status/${body.migration_id}`, 'migration_info');
  if (info.status !== 'success') throw new Error(`${from} was not moved: ${JSON.stringify(info)}`);
  return { ms: performance.now() - startedAt, info };
}

/** Looks at a status until it says that the work has ended. */
export async function ended(
  client: Client,
  path: string,
  field: string,
  lookMs = LOOK_MS,
): Promise<Timed['info']> {
  for (;;) {
    const info = (await client.must('GET', path)).body.data[field];
    if (info.status !== 'in-progress') return info;
    await delay(lookMs);
  }
}
