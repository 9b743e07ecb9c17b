/** Looks again and again, with pauses that grow, until there is nothing more to see. */

import { useEffect, useState } from 'preact/hooks';
import { Refused } from '../service/refused.ts';
import { type PollResult, pauseAfter } from './pauses.ts';

export interface Watch {
  /** Why watching has ended for good. */
  refused: Refused | undefined;
  /** Epoch milliseconds of the next try, while the service cannot be reached. */
  nextTry: number | undefined;
}

/**
 * @param poll is given a signal that ends with the watch; answers `over` when it need not be called again
 * @param key what is watched; another key begins anew
 */
export function useWatch(poll: (signal: AbortSignal) => Promise<PollResult | 'over'>, key: string): Watch {
  const [watch, setWatch] = useState<Watch>({ refused: undefined, nextTry: undefined });

  useEffect(() => {
    const end = new AbortController();
    const { signal } = end;
    void (async () => {
      for (let pause = 0; !signal.aborted; ) {
        await untilVisible(signal);
        const seen = await poll(signal).catch((error: unknown) => {
          if (signal.aborted) return 'over';
          return error instanceof Refused ? error : new Refused(0, [String(error)]);
        });
        if (seen === 'over' || signal.aborted) break;
        if (seen instanceof Refused && !isPassing(seen)) {
          setWatch({ refused: seen, nextTry: undefined });
          break;
        }
        const result: PollResult = seen instanceof Refused ? 'unreachable' : seen;
        pause = pauseAfter(result, pause);
        setWatch({ refused: undefined, nextTry: result === 'unreachable' ? Date.now() + pause : undefined });
        await sleep(pause, signal);
      }
    })();
    return () => end.abort();
  }, [key]);

  return watch;
}

/** No answer, or one that is worth waiting for. */
function isPassing({ status }: Refused): boolean {
  return status === 0 || status === 429 || status >= 500;
}

/** A page that nobody sees asks nothing. */
async function untilVisible(signal: AbortSignal): Promise<void> {
  while (document.visibilityState === 'hidden' && !signal.aborted) {
    await new Promise((resolve) =>
      document.addEventListener('visibilitychange', resolve, { once: true, signal }),
    );
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
