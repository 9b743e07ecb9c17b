/** Polls with growing pauses until the end. */

import { useEffect, useState } from 'preact/hooks';
import { Refused } from '../service/refused.ts';
import { useSession } from '../service/session.ts';
import { type PollResult, pauseAfter } from './pauses.ts';

export interface Watch {
  /** Why the polls stopped. */
  refused: Refused | undefined;
  /** Epoch milliseconds of the next try, while the service cannot be reached. */
  nextTry: number | undefined;
}

/**
 * @param poll gets a signal that is aborted when the watch ends; returns `over` at the end
 * @param key of what is watched; a new key restarts the watch, and so does a new token
 */
export function useWatch(poll: (signal: AbortSignal) => Promise<PollResult | 'over'>, key: string): Watch {
  const { token } = useSession();
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
  }, [key, token]);

  return watch;
}

/** Whether a retry may help. */
function isPassing({ status }: Refused): boolean {
  return status === 0 || status === 429 || status >= 500;
}

/** A hidden page sends no requests. */
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
