/** Readers who know both paths of a mount that is being moved. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from './client.ts';

export interface Reads {
  /** Reads that neither path answered. */
  refused: number;
  all: number;
}

/**
 * Reads at the first path, and at the second if the first does not answer, again and again until the work has ended.
 * @param paths of the same thing
 */
export async function readsDuring(
  client: Client,
  paths: [string, string],
  work: Promise<unknown>,
): Promise<Reads> {
  const reads = { refused: 0, all: 0 };
  let isOver = false;
  const ended = work.finally(() => {
    isOver = true;
  });
  const reader = async () => {
    while (!isOver) {
      reads.all++;
      if (!(await answers(client, paths))) reads.refused++;
      await delay(5);
    }
  };
  await Promise.all([reader(), reader(), ended]);
  return reads;
}

async function answers(client: Client, paths: string[]): Promise<boolean> {
  for (const path of paths) if ((await client.request('GET', path)).status === 200) return true;
  return false;
}
