/** One request of a view, sent again when its key changes, or the token. */

import { useEffect, useState } from 'preact/hooks';
import { Refused } from '../service/refused.ts';
import { useSession } from '../service/session.ts';

export interface Answer<Value> {
  /** That of the last request that was answered. */
  value: Value | undefined;
  refused: Refused | undefined;
  /** Whether the request for this key has ended. */
  isOver: boolean;
}

/**
 * @param read gets a signal that is aborted when the view closes or the key changes
 * @param key of what is read; without one, nothing is requested
 */
export function useAnswer<Value>(
  read: (signal: AbortSignal) => Promise<Value>,
  key: string | undefined,
): Answer<Value> {
  const { token } = useSession();
  const [answer, setAnswer] = useState<Answer<Value> & { key?: string }>({
    value: undefined,
    refused: undefined,
    isOver: false,
  });
  useEffect(() => {
    if (key === undefined) return;
    const end = new AbortController();
    read(end.signal).then(
      (value) => !end.signal.aborted && setAnswer({ value, refused: undefined, isOver: true, key }),
      (error) => {
        if (end.signal.aborted) return;
        const refused = error instanceof Refused ? error : new Refused(0, [String(error)]);
        setAnswer((last) => ({ ...last, refused, isOver: true, key }));
      },
    );
    return () => end.abort();
  }, [key, token]);
  return { ...answer, isOver: answer.isOver && answer.key === key };
}
