/** Bulk runs: how many moves per second. */

import { setTimeout as delay } from 'node:timers/promises';
import { inParallel } from '../../../infra/demo/inParallel.ts';
import type { Lab } from '../../../infra/demo/measure/lab.ts';
import type { Vault } from '../../../infra/demo/vault.ts';

interface BulkRun {
  moves: number;
  succeeded: number;
  /** From the POST to its answer. By then the plan is checked and stored. */
  acceptedSeconds: number;
  /** From the POST to the end of the run. */
  seconds: number;
  perSecond: number;
}

export interface Bulk {
  /** Of mounts with no common fork. */
  apart: BulkRun;
  /** Of mounts below one path segment. */
  crowd: BulkRun;
}

const LOOK_MS = 50;

export async function measureBulk({ root }: Lab, moves: number): Promise<Bulk> {
  for (const name of ['here', 'there']) await root.write(`sys/namespaces/${name}`);
  const enable = (path: string) =>
    root.in('here').write(`sys/mounts/${path}`, { type: 'kv', options: { version: '2' } });
  const apart = (i: number) => `apart-${i}`;
  const crowd = (i: number) => `crowd/m${i}`;
  for (const pathOf of [apart, crowd]) await inParallel(moves, 8, (i) => enable(pathOf(i)));
  return { apart: await measureRun(root, moves, apart), crowd: await measureRun(root, moves, crowd) };
}

async function measureRun(root: Vault, count: number, pathOf: (i: number) => string): Promise<BulkRun> {
  const moves = Array.from({ length: count }, (_, i) => ({
    from: `here/${pathOf(i)}`,
    to: `there/${pathOf(i)}`,
  }));
  const startedAt = performance.now();
  const elapsed = () => (performance.now() - startedAt) / 1_000;
  const { data } = await root.write('sys/remount/bulk', { moves });
  const acceptedSeconds = elapsed();
  for (;;) {
    const { status, progress } = (await root.read(`sys/remount/bulk/${data.bulk_id}`)).data.bulk_info;
    if (status !== 'in-progress') {
      const seconds = elapsed();
      return {
        moves: count,
        succeeded: progress.succeeded,
        acceptedSeconds,
        seconds,
        perSecond: count / seconds,
      };
    }
    await delay(LOOK_MS);
  }
}
