/** A client that reads a mount at two paths all the time while it is moved between them. */

import { setTimeout as delay } from 'node:timers/promises';
import type { Answer, Vault } from '../vault.ts';

export interface Reader {
  /** Waits until the current round and at least one more have ended. Returns the number of rounds so far. */
  nextRound(): Promise<number>;
  stop(): Promise<ReadCounts>;
}

/** One round reads both paths, one after the other. */
export interface ReadCounts {
  rounds: number;
  /** Rounds in which both paths refused without a switch in between. This must never happen. */
  refusedAtBoth: number;
  /**
   * Rounds that read the target before the switch and the source after it. Both refused, correctly; read again, the
   * target answered. At most one per move.
   */
  acrossSwitch: number;
  /** Answers other than 200 and 404. */
  unexpected: number;
}

/**
 * Reads source then target, then target then source, and so on without a pause until stopped.
 * @param paths the two paths of the mount, source first
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
    // The mount moves at most once in a round: the code that moves it waits for `nextRound` between moves.
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
