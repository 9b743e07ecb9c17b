/** Bulk runs on the local service: how many moves a second, and what a plan of ten thousand costs. Judges nothing. */

import { setTimeout as delay } from 'node:timers/promises';
import { inParallel } from '../../infra/local/demo/inParallel.ts';
import { screenOn } from '../../infra/local/demo/screen.ts';
import { type Vault, vaultClient } from '../../infra/local/demo/vault.ts';
import { startService } from '../../infra/local/service.ts';

interface Measured {
  moves: number;
  succeeded: number;
  /** From the POST to its answer: the plan is checked and recorded by then. */
  acceptedSeconds: number;
  /** From the POST to the end of the run. */
  seconds: number;
  perSecond: number;
}

const MOVES = 1_000;

const service = await startService();
try {
  const root = vaultClient(service.url, service.rootToken);
  for (const name of ['here', 'there']) await root.write(`sys/namespaces/${name}`);
  const enable = (namespace: string, path: string) =>
    root.in(namespace).write(`sys/mounts/${path}`, { type: 'kv', options: { version: '2' } });
  await inParallel(MOVES, 8, (i) => enable('here', `apart-${i}`));
  await inParallel(MOVES, 8, (i) => enable('here', `crowd/m${i}`));

  const apart = await measureRun(root, (i) => `apart-${i}`);
  const crowd = await measureRun(root, (i) => `crowd/m${i}`);
  screenOn(process.stdout).table([
    ...rows('mounts that share nothing', apart),
    ...rows('mounts below one path segment', crowd),
  ]);
  console.log(`\n${JSON.stringify({ apart, crowd }, undefined, 2)}`);
} finally {
  await service.stop();
}

async function measureRun(root: Vault, pathOf: (i: number) => string): Promise<Measured> {
  const moves = Array.from({ length: MOVES }, (_, i) => ({
    from: `here/${pathOf(i)}`,
    to: `there/${pathOf(i)}`,
  }));
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1_000;
  const { data } = await root.write('sys/remount/bulk', { moves });
  const acceptedSeconds = seconds();
  for (;;) {
    const { data: answer } = await root.read(`sys/remount/bulk/${data.bulk_id}`);
    const { status, progress } = answer.bulk_info;
    if (status !== 'in-progress') {
      const all = seconds();
      return {
        moves: MOVES,
        succeeded: progress.succeeded,
        acceptedSeconds,
        seconds: all,
        perSecond: MOVES / all,
      };
    }
    await delay(50);
  }
}

function rows(what: string, { moves, acceptedSeconds, seconds, perSecond }: Measured): string[][] {
  return [
    [`${moves} moves of ${what}`, `${seconds.toFixed(2)} s`],
    ['checked and accepted after', `${acceptedSeconds.toFixed(2)} s`],
    ['moves', `${perSecond.toFixed(0)} a second`],
  ];
}
