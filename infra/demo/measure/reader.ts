/** A client that keeps reading a mount at two paths while it is moved between them. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Vault } from '../vault.ts';

export interface Reader {
  /** Lets the look under way and one more come to their end; how many there have been then. */
  nextRound(): Promise<number>;
  stop(): Promise<ReadCounts>;
}

export interface ReadCounts {
  rounds: number;
  /** ReadCounts at which both paths refused although no switch explains it. This is what must not be. */
  refusedAtBoth: number;
  /**
   * ReadCounts that asked the target before the switch and the source after it. Both refused, rightly; asked again, the
   * target answered. There is at most one of these a move.
   */
  acrossSwitch: number;
  /** Answers other than 200 and 404. */
  unexpected: number;
}

/**
 * Reads source then target, and the next time target then source, without a pause until stopped.
 * @param paths the two paths under which the mount may be, source first
 */
export function startReader(vault: Vault, paths: readonly [string, string]): Reader {
  const seen: ReadCounts = { rounds: 0, refusedAtBoth: 0, acrossSwitch: 0, unexpected: 0 };
  let stopped = false;

  async function answers(path: string): Promise<boolean> {
    const { status }: Answer = await vault.call('GET', path);
    if (status !== 200 && status !== 404) seen.unexpected++;
    return status === 200;
  }

  async function readBoth(first: string, second: string): Promise<void> {
    const [atFirst, atSecond] = [await answers(first), await answers(second)];
    seen.rounds++;
    if (atFirst || atSecond) return;
    // Nothing moves twice within a look: whoever drives the moves waits for `look` between them.
    if (await answers(first)) seen.acrossSwitch++;
    else seen.refusedAtBoth++;
  }

  const ended = (async () => {
    const [source, target] = paths;
    while (!stopped) {
      await readBoth(source, target);
      await readBoth(target, source);
    }
  })();
  ended.catch(() => {}); // Awaited by `stop`.

  return {
    async nextRound() {
      const until = seen.rounds + 3;
      while (seen.rounds < until && !stopped) await Promise.race([ended, delay(2)]);
      return seen.rounds;
    },
    async stop() {
      stopped = true;
      await ended;
      return seen;
    },
  };
}
